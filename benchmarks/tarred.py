"""Trees as gzipped tars: written the same for the same tree, read within bounds and without unpacking."""

import gzip
import io
import tarfile
import zlib

from sandbox.tree import File, Tree, TreeError, is_git_name

MAX_ARCHIVE_BYTES = 32 * 2**20
MAX_BYTES = 128 * 2**20
MAX_MEMBERS = 20_000


class TarredError(ValueError):
    """No gzipped tar, or one that breaks a bound or a rule for paths."""


def tree_of(data: bytes, *, skip: int = 0) -> Tree:
    """The regular files of an archive, `skip` leading folders taken off; links and git's folders left out.

    Raises:
        TarredError: it can't be read.
    """
    if len(data) > MAX_ARCHIVE_BYTES:
        raise TarredError(f"the archive is larger than {MAX_ARCHIVE_BYTES} bytes")
    files: dict[str, File] = {}
    total = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as members:
            for count, member in enumerate(members):
                total += member.size
                if count >= MAX_MEMBERS or total > MAX_BYTES:
                    raise TarredError(
                        f"the archive holds more than {MAX_MEMBERS} members or {MAX_BYTES} bytes"
                    )
                parts = member.name.removeprefix("./").split("/", skip)
                path = parts[-1] if len(parts) > skip else ""
                content = members.extractfile(member) if member.isreg() and path else None
                if content is not None and not any(map(is_git_name, path.split("/"))):
                    files[path] = File(content.read(), executable=bool(member.mode & 0o100))
        return Tree(files)
    except (tarfile.TarError, zlib.error, EOFError, OSError, TreeError) as error:
        raise TarredError(f"the archive can't be read: {str(error)[:200]}") from None


def tar_of(tree: Tree) -> bytes:
    """`tree` as a gzipped tar: no owners, no times, so that the same tree gives the same bytes."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as members:
        for path, file in tree.items():
            member = tarfile.TarInfo(path)
            member.size = len(file.data)
            member.mode = int(file.mode[-3:], 8)
            members.addfile(member, io.BytesIO(file.data))
    return gzip.compress(packed.getvalue(), 9, mtime=0)
