"""Keys of providers: from the environment or a file, and never in a text that is shown or kept."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from dgm.config import ConfigError

MAX_FILE = 64 * 1024
PLACEHOLDER = "no-key-is-needed"
"""What a server that asks for no key is told."""


class Key:
    """A secret that tells itself only when asked by name."""

    __slots__ = ("_secret", "name")

    def __init__(self, name: str, secret: str) -> None:
        self.name = name
        self._secret = secret

    def revealed(self) -> str:
        """The secret."""
        return self._secret

    def hidden(self, text: str) -> str:
        """`text` with the secret blotted out."""
        return text.replace(self._secret, f"<{self.name}>")

    def __repr__(self) -> str:
        return f"Key({self.name})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{self!r} is not to be written down")


class Keys:
    """Finds keys by name: in the environment, else in `file`, which is read when the first is asked for."""

    def __init__(self, file: str | None = None, environment: Mapping[str, str] = os.environ) -> None:
        self._file = file
        self._environment = environment
        self._filed: Mapping[str, str] | None = None

    def get(self, name: str) -> Key | None:
        """The key called `name`, if there is one.

        Raises:
            ConfigError: the file can't be used, or what it holds under this name is no key.
        """
        if self._filed is None:
            self._filed = {} if self._file is None else _read(Path(self._file).expanduser())
        secret = (self._environment.get(name) or self._filed.get(name, "")).strip()
        if not secret:
            return None
        # An HTTP library would complain of it, and repeat it.
        if not secret.isascii() or not secret.isprintable() or " " in secret:
            raise ConfigError(f"{name} holds characters that no key has; mend: set it again")
        return Key(name, secret)

    def need(self, name: str, wanted_by: str) -> Key:
        """The key called `name`.

        Raises:
            ConfigError: there is none; says how to give one.
        """
        key = self.get(name)
        if key is None:
            raise ConfigError(
                f"model {wanted_by!r} needs a key; mend: export {name}=..., or put that line into a file "
                "only you can read (chmod 600) and name it by --set keys.file=PATH"
            )
        return key


def _read(path: Path) -> Mapping[str, str]:
    try:
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode) or about.st_size > MAX_FILE:
                raise ConfigError(f"key file {path}: no file of at most {MAX_FILE} bytes")
            if about.st_uid not in {0, os.geteuid()} or about.st_mode & 0o077:
                raise ConfigError(f"key file {path}: others can read or change it; mend: chmod 600 {path}")
            lines = file.read(MAX_FILE).decode().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        # The decoder's own words would repeat what is in the file.
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise ConfigError(f"key file {path}: can't be read: {reason}") from None
    keys: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, secret = line.removeprefix("export ").partition("=")
        if not equals or not name.strip().isidentifier():
            raise ConfigError(f"key file {path}: line {number} is not NAME=value")
        keys[name.strip()] = secret.strip().strip("\"'")
    return keys
