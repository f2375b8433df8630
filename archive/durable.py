"""Files that a power cut leaves either whole or absent."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

TEMPORARY = ".new-"


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Make the content of a file durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_file(path: Path, data: bytes, crossing: Callable[[str], None] = lambda _: None) -> None:
    """Write a whole file by way of a temporary one beside it, durable on return.

    `crossing` hears `before-fsync`, `after-fsync` and `after-rename`.

    Raises:
        OSError: nothing is at `path` but what was there before.
    """
    temporary = path.with_name(f"{TEMPORARY}{secrets.token_hex(8)}")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            crossing("before-fsync")
            os.fsync(file.fileno())
        crossing("after-fsync")
        temporary.rename(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    crossing("after-rename")
    sync_folder(path.parent)
