"""User ids for code that may not be host uid 0: one a run, locked, from a range that no system gives out."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sandbox.base import SandboxError

FIRST_UID, LAST_UID = 60600, 61183


def is_host_root() -> bool:
    """Tell whether our uid 0 is, as far as can be seen, that of the host, and so may become others."""
    if os.geteuid() != 0:
        return False
    for line in Path("/proc/self/uid_map").read_text().splitlines():
        inside, outside, length = map(int, line.split())
        if inside == 0:
            return outside == 0 or length > LAST_UID
    return True


@contextmanager
def held_uid(cache: Path) -> Iterator[int | None]:
    """A uid of our own while the block runs; None when we are an ordinary user and keep our own.

    Raises:
        SandboxError: every uid of the range is in use, or none can be locked.
    """
    if not is_host_root():
        yield None
        return
    with reserved_uid(cache) as uid:
        yield uid


@contextmanager
def reserved_uid(cache: Path) -> Iterator[int]:
    """A uid of the range while the block runs, which no other sandbox of this machine has.

    Raises:
        SandboxError: every uid of the range is in use, or none can be locked.
    """
    uid, lock = _locked(cache / "uids")
    try:
        yield uid
    finally:
        os.close(lock)


def _locked(folder: Path) -> tuple[int, int]:
    """A free uid and the descriptor that holds its lock."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for uid in range(FIRST_UID, LAST_UID + 1):
            lock = os.open(folder / str(uid), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
                continue
            return uid, lock
    except OSError as error:
        raise SandboxError(f"no sandbox user id can be locked: {error}") from error
    raise SandboxError(f"all {LAST_UID - FIRST_UID + 1} sandbox user ids are in use")


@contextmanager
def lent_socket(folder: Path | None, uid: int | None) -> Iterator[None]:
    """Give a gateway's folder and socket to `uid` while the block runs.

    Raises:
        SandboxError: they are not there.
    """
    if folder is None or uid is None:
        yield
        return
    places = (folder, folder / "sock")
    try:
        for place in places:
            os.chown(place, uid, uid, follow_symlinks=False)
    except OSError as error:
        raise SandboxError(f"the gateway's socket can't be lent: {error}") from error
    try:
        yield
    finally:
        for place in places:
            with suppress(FileNotFoundError):
                os.chown(place, 0, 0, follow_symlinks=False)
