"""Opens a line for each assignment, in a folder that only its sandbox is lent."""

import itertools
import os
import resource
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from dgm.gateway.books import Books
from dgm.gateway.line import Allowance, Line
from dgm.gateway.server import DEADLINE_SECONDS, MAX_CONNECTIONS, Server
from dgm.models.base import Model, Role
from dgm.prices import FREE, Price
from sandbox.base import SandboxError

PREFIX = "dgm-gateway-"
DESCRIPTORS = 64 * (MAX_CONNECTIONS + 8)
SOCKET = "sock"


class Gateway:
    """One a controller. Its folder is removed on close; those of dead controllers are swept at the start.

    A client has `deadline_seconds` to send its request, and as long to take the answer.
    """

    def __init__(self, deadline_seconds: float = DEADLINE_SECONDS) -> None:
        self._deadline_seconds = deadline_seconds
        _need_descriptors(DESCRIPTORS)
        _sweep()
        mark = f"{PREFIX}{os.getpid()}-{_start_time(os.getpid())}-"
        self._folder = Path(tempfile.mkdtemp(prefix=mark, dir=_short_temporary()))
        # Traversable for the user a sandbox runs as, who can't list it and owns one folder in it.
        self._folder.chmod(0o711)
        self._numbers = itertools.count(1)

    @contextmanager
    def line(
        self,
        *,
        models: Mapping[Role, Model],
        allowance: Allowance,
        seed: int,
        books: Books,
        price: Price = FREE,
        temperature: float | None = None,
    ) -> Iterator[Line]:
        """A line that answers while the block runs; revoked after it, once the call in flight has ended.

        `books` gets each call before its reply goes out; what it raises is the line's `trouble`. `price`
        is what the models charge; `temperature` goes before the agent's own.
        """
        folder = self._folder / str(next(self._numbers))
        folder.mkdir(mode=0o700)
        line = Line(folder, models, allowance, seed, books, price, temperature)
        server = Server(folder / SOCKET, line, self._deadline_seconds)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="gateway", daemon=True)
        thread.start()
        try:
            yield line
        finally:
            server.revoke()
            thread.join()
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def _need_descriptors(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(count, 4096)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
    if hard < count:
        raise SandboxError(f"at most {hard} open files are allowed; mend: ulimit -n {count}")


def _short_temporary() -> str:
    folder = tempfile.gettempdir()
    return folder if len(folder) <= 24 else "/tmp"  # noqa: S108 - a socket's path must be short


def _sweep() -> None:
    """Remove what controllers that are dead left behind, and nothing else."""
    for folder in Path(_short_temporary()).glob(f"{PREFIX}*-*-*"):
        pid, start = folder.name.removeprefix(PREFIX).split("-")[:2]
        try:
            ours = folder.lstat().st_uid == os.geteuid()
        except OSError:
            continue
        if ours and pid.isdecimal() and _start_time(int(pid)) != start:
            shutil.rmtree(folder, ignore_errors=True)


def _start_time(pid: int) -> str:
    """When a process started, in clock ticks since boot; 0 if there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return "0"
