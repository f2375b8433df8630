"""Content too large for a journal line, compressed, by its SHA-256."""

import hashlib
import re
import zlib
from collections.abc import Callable
from pathlib import Path

from archive.base import ArchiveError
from archive.durable import TEMPORARY, sync_file, sync_folder, write_file
from archive.events import Digest

MAX_BYTES = 256 * 1024 * 1024
_NAME = re.compile(r"[0-9a-f]{64}").fullmatch


class Blobs:
    """A folder of blobs. Thread-safe: a blob's name is its content, so writers can't disagree."""

    def __init__(self, folder: Path, crossing: Callable[[str], None] = lambda _: None) -> None:
        self._folder = folder
        self._crossing = crossing
        self._durable: set[Digest] = set()

    def put(self, data: bytes) -> Digest:
        """Keep `data`; it is durable on return. A damaged copy of it is healed.

        Raises:
            ArchiveError: the disk refused.
        """
        digest = Digest(hashlib.sha256(data).hexdigest())
        if digest in self._durable:
            return digest
        path = self._folder / digest
        try:
            if self.fault(digest) is None:
                sync_file(path)
                sync_folder(self._folder)
            else:
                write_file(path, zlib.compress(data), lambda name: self._crossing(f"blob:{name}"))
        except OSError as error:
            raise ArchiveError(f"{path}: a blob can't be written: {error.strerror}") from None
        self._durable.add(digest)
        return digest

    def get(self, digest: Digest) -> bytes:
        """The blob of that digest.

        Raises:
            ArchiveError: it is missing, or does not match.
        """
        data, fault = self._look(digest)
        if fault is not None:
            raise ArchiveError(f"{self._folder / digest[:80]}: {fault}; restore it from a backup")
        return data

    def fault(self, digest: Digest) -> str | None:
        """What is wrong with a blob, in few words."""
        return self._look(digest)[1]

    def _look(self, digest: Digest) -> tuple[bytes, str | None]:
        if not _NAME(digest):
            return b"", "that is no digest of a blob"
        unpacker = zlib.decompressobj()
        try:
            data = unpacker.decompress((self._folder / digest).read_bytes(), MAX_BYTES)
        except FileNotFoundError:
            return b"", "the blob is missing"
        except OSError as error:
            return b"", f"the blob can't be read: {error.strerror}"
        except zlib.error:
            return b"", "the blob was altered"
        whole = unpacker.eof and not unpacker.unused_data
        if not whole or hashlib.sha256(data).hexdigest() != digest:
            return b"", "the blob was altered"
        return data, None

    def clear_left_behind(self) -> None:
        """Remove the halves of blobs that a killed writer left."""
        for path in self._folder.glob(f"{TEMPORARY}*"):
            path.unlink(missing_ok=True)
