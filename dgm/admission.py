"""Is this child worth paying for? Cheap tests before the first evaluation."""

from collections.abc import Collection
from dataclasses import dataclass

from dgm.gateway import Allowance, Unbounded
from dgm.manifest import MANIFEST, ManifestError, read_manifest
from dgm.models.scripted import Say, Scripted, Shell
from dgm.session import Session, Terms
from sandbox.base import Limits
from sandbox.tree import Change, Tree, TreeHash, is_junk

_ADDER = "def add(a, b):\n    return a - b\n"
_FIXED = Tree({"adder.py": b"def add(a, b):\n    return a + b\n"})
_TRIAL_TERMS = Terms(
    Limits(wall_seconds=60.0, cpu_seconds=20.0, memory_mib=512, processes=64, disk_mib=32),
    Allowance(calls=12, tokens=500_000),
)
_GIT_FILES = frozenset({".gitmodules", ".gitattributes", ".gitconfig"})
_NOTE = b"\n# admitted\n"


@dataclass(frozen=True, slots=True)
class Rules:
    """Bounds on a child's tree."""

    max_files: int = 200
    max_bytes: int = 2 * 2**20
    image: str | None = None
    """The only image that its agent.toml may name."""


def objection(
    child: Tree | None, breaches: Collection[str], known: Collection[TreeHash], rules: Rules
) -> str | None:
    """Why a child is refused on sight, or None: too large, tricky paths, no agent, or known already."""
    if child is None:
        return f"source could not be collected: {'; '.join(breaches) or 'nothing came back'}"
    if breaches:
        return f"path trickery: {'; '.join(list(breaches)[:3])}"
    tricky = [path for path in child if path.rpartition("/")[2].casefold() in _GIT_FILES]
    if tricky:
        return f"path trickery: {tricky[0]} would act on git"
    if child.hash in known:
        return f"same content as a known agent (tree {child.hash[:10]})"
    if len(child) > rules.max_files:
        return f"{len(child)} files; at most {rules.max_files}"
    if child.size > rules.max_bytes:
        return f"{child.size} bytes; at most {rules.max_bytes}"
    try:
        image = read_manifest(child).image
    except ManifestError as error:
        return str(error)
    if image not in {None, rules.image}:
        given = "was given none" if rules.image is None else f"was given {rules.image}"
        return f"{MANIFEST}: runtime.image: {image}, and this run {given}"
    return None


def trial(child: Tree, session: Session) -> str | None:
    """Why a child fails its trial, or None: it must still fix one line, and edit its own source.

    A scripted model says what to do, so that nothing is paid.

    Raises:
        SandboxError, Trouble: our failure, no verdict.
    """
    return fixes_a_line(child, session) or edits_itself(child, session)


def fixes_a_line(child: Tree, session: Session) -> str | None:
    """Why it can't mend one line of a toy repository as it is told to, or None; raises as `trial` does."""
    model = Scripted([Shell("sed -i 's/a - b/a + b/' adder.py"), Say("Fixed: add subtracted.")])
    ran = session.solve(
        child,
        Tree({"adder.py": _ADDER.encode()}),
        "`add(2, 3)` gives -1, expected 5.",
        {"id": "trial"},
        model,
        _TRIAL_TERMS,
        Unbounded(),
    )
    if ran.after is None or ran.after.where(lambda path: path in _FIXED) != _FIXED:
        return f"trial: can no longer make a one-line fix ({_ending(ran.exit.how, ran.exit.code)})"
    return None


def edits_itself(child: Tree, session: Session) -> str | None:
    """Why it can't add one line to its own source as it is told to, or None; raises as `trial` does."""
    model = Scripted([Shell("printf '\\n# admitted\\n' >> agent.toml"), Say("Added a note.")])
    ran = session.improve(child, Tree({"scores.json": b"{}"}), model, _TRIAL_TERMS, Unbounded())
    expected = Change(Tree({"agent.toml": child["agent.toml"].data + _NOTE}), frozenset()).applied_to(child)
    if ran.after is None or ran.after.where(lambda path: path in child or not is_junk(path)) != expected:
        return f"trial: can no longer edit its own source ({_ending(ran.exit.how, ran.exit.code)})"
    return None


def _ending(how: str, code: int | None) -> str:
    return f"exit code {code}" if how == "exited" else how
