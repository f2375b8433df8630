"""agent.toml: the two commands every agent answers, and what they need around them."""

import re
import tomllib
from dataclasses import dataclass

from sandbox.tree import Tree

MANIFEST = "agent.toml"
MAX_WORDS = 32
MAX_WORD_CHARS = 512
_IMAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:@-]{0,254}").fullmatch


class ManifestError(ValueError):
    """The tree is no agent. The message names the file, the key and what is allowed."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Commands as argument lists, run with the agent's own folder as working directory."""

    solve: tuple[str, ...]
    improve: tuple[str, ...]
    openai: bool = False
    """Its client speaks TCP only: OPENAI_BASE_URL and OPENAI_API_KEY are set for it."""
    image: str | None = None
    """The image its commands run in, by reference; the sandbox's own if absent."""


def read_manifest(tree: Tree) -> Manifest:
    """The manifest of an agent's tree, which is untrusted.

    Raises:
        ManifestError: it is missing, no TOML, or a command is not a short list of words.
    """
    if MANIFEST not in tree:
        raise ManifestError(
            f"{MANIFEST}: missing; an agent has one at its root with [commands] solve and improve"
        )
    try:
        table = tomllib.loads(tree[MANIFEST].data[:65_536].decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ManifestError(f"{MANIFEST}: not TOML: {str(error)[:200]}") from None
    commands = table.get("commands")
    if not isinstance(commands, dict):
        raise ManifestError(f"{MANIFEST}: no [commands] table with solve and improve")
    runtime = table.get("runtime", {})
    if not isinstance(runtime, dict):
        raise ManifestError(f"{MANIFEST}: runtime: expected a table, with openai or image")
    openai, image = runtime.get("openai", False), runtime.get("image")
    if not isinstance(openai, bool):
        raise ManifestError(f"{MANIFEST}: runtime.openai: expected true or false")
    if image is not None and not (isinstance(image, str) and _IMAGE(image)):
        raise ManifestError(f"{MANIFEST}: runtime.image: expected an image's reference, such as name:tag")
    return Manifest(_command(commands, "solve"), _command(commands, "improve"), openai, image)


def _command(commands: dict[str, object], name: str) -> tuple[str, ...]:
    words = commands.get(name)
    if (
        not isinstance(words, list)
        or not 1 <= len(words) <= MAX_WORDS
        or not all(isinstance(word, str) and 0 < len(word) <= MAX_WORD_CHARS for word in words)
        or any("\0" in word for word in words)
    ):
        raise ManifestError(
            f"{MANIFEST}: commands.{name}: expected a list of 1 to {MAX_WORDS} words, "
            f'such as ["python3", "-m", "agent", "{name}"]'
        )
    return tuple(words)
