"""Tasks out of two releases of a package: mended is what the newer one's tests see in the older one."""

import hashlib
import re
from collections.abc import Callable, Iterable

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from benchmarks.difference import Difference, Maker, Refused, task_of
from benchmarks.sdist import downloaded, read
from benchmarks.task import Task
from sandbox.runtime import MORE, packages
from sandbox.tree import Tree

Fetch = Callable[[str], tuple[str, bytes]]
_CHANGELOG = re.compile(r"(?:docs?/)?(?:change|history|news|release)[^/]*(?:/[^/]+)?", re.IGNORECASE)
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.!+-]*")
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
MAX_NOTES = 4_000
"""Characters of release notes that an issue takes."""


def from_releases(package: str, old: str, new: str, maker: Maker, fetch: Fetch = downloaded) -> Task:
    """The task between the source archives of two versions; their SHA-256 are among its labels.

    Raises:
        Refused: no task can be made of them.
        SuiteError: an archive can't be fetched or read.
        SandboxError: the sandbox broke.
    """
    if not _NAME.fullmatch(package) or not all(map(_VERSION.fullmatch, (old, new))):
        raise Refused(f"{package} {old} {new}: expected a package's name and two versions")
    archives = [fetch(f"{package}=={version}")[1] for version in (old, new)]
    before, after = map(read, archives)
    lacking = _lacking(before.needs)
    if lacking:
        raise Refused(f"needs {lacking[0]}, which the sandbox has not; {MORE} lends it")
    labels = {
        "maker": "from-releases",
        "repo": f"pypi/{package}",
        "version": old,
        "fixed_in": new,
        "sha256": hashlib.sha256(archives[0]).hexdigest(),
        "fixed_sha256": hashlib.sha256(archives[1]).hexdigest(),
    }
    told = _notes(before.tree, after.tree)
    name = f"{package}-{old}".lower()
    return task_of(Difference(name, before.tree, after.tree, told, labels, (old, new)), maker)


def _lacking(needs: Iterable[str]) -> list[str]:
    """Of a package's requirements those that hold here and that the sandbox's Python can't meet."""
    told = map(Requirement, needs)
    held = (one for one in told if one.marker is None or one.marker.evaluate({"extra": ""}))
    return [str(one) for one in held if canonicalize_name(one.name) not in packages()]


def _notes(before: Tree, after: Tree) -> str:
    """What the newer release's change log says that the older one's does not; empty if there is none."""
    for path in after:
        if not _CHANGELOG.fullmatch(path) or path.endswith(".py"):
            continue
        known = set(before.text(path).splitlines()) if path in before else set()
        lines = [line for line in after.text(path).splitlines() if line not in known or not line.strip()]
        added = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
        if added:
            return f"What the next release should bring\n\n{added[:MAX_NOTES]}"
    return ""
