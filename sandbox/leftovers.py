"""Temporary folders of ours, removed whatever is in them, also those that a killed controller left."""

import contextlib
import os
import stat
import tempfile
from pathlib import Path

from sandbox import owner
from sandbox.slots import FIRST_UID, LAST_UID

_MOVED = "dgm-removed-"


def clear_abandoned(prefix: str) -> None:
    """Remove the temporary folders named `prefix` + label whose process is gone."""
    for left in Path(tempfile.gettempdir()).glob(prefix + "*"):
        if owner.abandoned(left.name) and _is_ours(left):
            remove(left)


def _is_ours(folder: Path) -> bool:
    """Tell whether it is a folder made by us, and not one that somebody else named like ours."""
    with contextlib.suppress(OSError):
        status = folder.lstat()
        uid = os.geteuid()
        slot = uid == 0 and FIRST_UID <= status.st_uid <= LAST_UID
        return stat.S_ISDIR(status.st_mode) and (status.st_uid == uid or slot)
    return False


def remove(folder: Path) -> None:
    """Remove a folder of ours whatever is in it: any depth, any mode, links never followed."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    with contextlib.suppress(OSError):
        folder.chmod(0o700)
        top = os.open(folder, flags)
        try:
            _empty(top, flags)
        finally:
            os.close(top)
        folder.rmdir()


def _empty(top: int, flags: int) -> None:
    """Empty the folder `top`: each folder in it hands its own folders up, so that none gets deep."""
    moved = 0
    while names := os.listdir(top):
        for name in names:
            if not stat.S_ISDIR(os.stat(name, dir_fd=top, follow_symlinks=False).st_mode):
                os.unlink(name, dir_fd=top)
                continue
            os.chmod(name, 0o700, dir_fd=top)
            inner = os.open(name, flags, dir_fd=top)
            try:
                for child in os.listdir(inner):  # noqa: PTH208
                    if stat.S_ISDIR(os.stat(child, dir_fd=inner, follow_symlinks=False).st_mode):
                        # A folder can only be moved by who may write to it.
                        os.chmod(child, 0o700, dir_fd=inner)
                        os.rename(child, f"{_MOVED}{moved}", src_dir_fd=inner, dst_dir_fd=top)
                        moved += 1
                    else:
                        os.unlink(child, dir_fd=inner)
            finally:
                os.close(inner)
            os.rmdir(name, dir_fd=top)
