"""A change written into a user's repository, file by file: no link is followed, nothing unknown replaced."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from secrets import token_hex

from dgm.checkout import Checkout, CheckoutError
from sandbox.tree import Change, File

_BELOW = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def apply(checkout: Checkout, change: Change) -> None:
    """Write `change` into the repository's files; git's index is left alone, and no link is followed.

    Everything is looked at before the first byte is written; each file is replaced in one step.

    Raises:
        CheckoutError: the files are not as they were read, or something stands where a file belongs.
    """
    root = os.open(checkout.folder, _BELOW)
    try:
        modes = {path: _examined(root, checkout, path) for path in sorted(change.paths)}
        for path, file in change.written.items():
            _write(root, path, file, modes[path])
        for path in sorted(change.deleted):
            _delete(root, path)
    except OSError as error:
        raise CheckoutError(f"{checkout.folder}: {error.filename or ''}: {error.strerror}") from None
    finally:
        os.close(root)


def _examined(root: int, checkout: Checkout, path: str) -> int | None:
    """The permissions of the file to be replaced; None where there is none, as there should be."""
    known = checkout.tree.get(path)
    parents = {"/".join(path.split("/")[:depth]) for depth in range(1, path.count("/") + 1)}
    if parents & checkout.left_out.keys():
        raise CheckoutError(f"{path}: lies in what was left out; nothing was applied")
    try:
        with _parent(root, path) as (here, name):
            descriptor = os.open(
                name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=here
            )
            with os.fdopen(descriptor, "rb") as file:
                status = os.fstat(descriptor)
                data = file.read() if stat.S_ISREG(status.st_mode) else None
    except FileNotFoundError:
        if known is None:
            return None
        raise CheckoutError(f"{path}: is gone from the disk; nothing was applied") from None
    except OSError as error:
        raise CheckoutError(
            f"{path}: something is in the way ({error.strerror}); nothing was applied"
        ) from None
    if known is None:
        raise CheckoutError(f"{path}: is there already, and git does not track it; nothing was applied")
    if data != known.data:
        raise CheckoutError(f"{path}: is not on the disk as git has it; nothing was applied")
    return stat.S_IMODE(status.st_mode)


@contextmanager
def _parent(root: int, path: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
    """The folder of `path`, opened step by step below `root` without following a link; and the last name."""
    *folders, name = path.split("/")
    here = os.dup(root)
    try:
        for folder in folders:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(folder, dir_fd=here)
            below = os.open(folder, _BELOW, dir_fd=here)
            os.close(here)
            here = below
        yield here, name
    finally:
        os.close(here)


def _write(root: int, path: str, file: File, mode: int | None) -> None:
    with _parent(root, path, make=True) as (here, name):
        temporary = f".dgm-{token_hex(8)}"
        new = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(temporary, new, 0o777 if file.executable else 0o666, dir_fd=here)
        try:
            with os.fdopen(descriptor, "wb") as out:
                out.write(file.data)
                out.flush()
                os.fsync(descriptor)
                if mode is not None:
                    runnable = (mode & 0o444) >> 2
                    os.fchmod(descriptor, mode | runnable if file.executable else mode & ~0o111)
            os.replace(temporary, name, src_dir_fd=here, dst_dir_fd=here)
        except BaseException:
            os.unlink(temporary, dir_fd=here)
            raise


def _delete(root: int, path: str) -> None:
    """Remove a file, and the folders it leaves empty, as git does."""
    with _parent(root, path) as (here, name):
        os.unlink(name, dir_fd=here)
    while "/" in path:
        path = path.rpartition("/")[0]
        try:
            with _parent(root, path) as (here, name):
                os.rmdir(name, dir_fd=here)
        except OSError:
            return
