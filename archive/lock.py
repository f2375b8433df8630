"""One controller at a time: an flock on a file that is never removed."""

import errno
import fcntl
import json
import os
import socket
import weakref
from datetime import UTC, datetime
from pathlib import Path

from archive.base import ArchiveError

LOCK = "lock"
_held: "weakref.WeakSet[RunLock]" = weakref.WeakSet()


class RunInUse(ArchiveError):
    """Another controller holds the run."""


class RunLock:
    """The lock of a run, held from construction until `close`; the kernel frees it if we die.

    A forked child would share it and keep it after us, so forking closes the child's copy.

    Raises:
        RunInUse: another controller holds it.
        ArchiveError: the folder can't be written.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise ArchiveError(f"{path.parent}: can't take the run's lock: {error.strerror}") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = _holder(self._file)
            os.close(self._file)
            if error.errno not in {errno.EWOULDBLOCK, errno.EACCES}:
                raise ArchiveError(f"{path}: can't be locked: {error.strerror}") from None
            raise RunInUse(
                f"{path.parent}: run in use by another controller ({holder}); stop that one or wait for it"
            ) from None
        about = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        }
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, json.dumps(about).encode(), 0)
        self._open = True
        _held.add(self)

    def close(self) -> None:
        """Let the lock go; the file stays, or two controllers could hold two files of one name."""
        if self._open:
            fcntl.flock(self._file, fcntl.LOCK_UN)
            self.forget()

    def forget(self) -> None:
        """Close our descriptor; in a forked child, where unlocking would unlock the parent's too."""
        if self._open:
            self._open = False
            _held.discard(self)
            os.close(self._file)


def _holder(descriptor: int) -> str:
    try:
        about = json.loads(os.pread(descriptor, 512, 0))
        return f"pid {int(about['pid'])} on {str(about['host'])[:64]} since {str(about['since'])[:32]}"
    except (OSError, ValueError, KeyError, TypeError):
        return "it left no name"


def _forget_in_child() -> None:
    for lock in list(_held):
        lock.forget()


os.register_at_fork(after_in_child=_forget_in_child)
