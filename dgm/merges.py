"""A merge that git could not finish: what an agent begins with, is told, and may not leave undone."""

import json
import os
from dataclasses import asdict, dataclass
from itertools import accumulate

from archive.events import AgentId
from archive.three_way import Conflict
from dgm.playbook import SUGGESTIONS
from sandbox.diff import render
from sandbox.tree import File, Tree

MERGE = "merge/"
"""The folder of /evidence that tells of the other parent."""
MAX_PATCH = 16 * 1024
MAX_CONFLICTS = 16 * 1024
MAX_PATHS = 4 * 1024
"""Bytes of all of them."""
_TOLD = """# A merge to be finished

Another agent, {other}, comes from the same ancestor as this one and resolves other tasks. What it changed
since that ancestor stands in this source already, but for these files, where this source is as it was:

{files}

Bring what the other agent changed there into this source too, so that both changes work together; change
nothing else. In the folder of the evidence, `merge/patch.diff` is all that the other agent changed, and
`merge/conflicts.txt` shows the files with conflict markers (`one` is this agent).

What was said of the other agent's last change: {summary}

{conflicts}
"""


@dataclass(frozen=True, slots=True)
class Begun:
    """A merge in which the `conflicts`, paths, are as in the first parent."""

    tree: Tree
    conflicts: frozenset[str]

    def objection(self, child: Tree) -> str | None:
        """Why in `child` the merge is not finished, or None."""
        if all(child.get(path) == self.tree.get(path) for path in self.conflicts):
            return "merge: what was in conflict was left as it was"
        marked = next((path for path in sorted(self.conflicts) if _is_marked(child.get(path))), None)
        return None if marked is None else f"merge: conflict markers are left in {marked[:200]}"


@dataclass(frozen=True, slots=True)
class Relative:
    """The other parent, as it is told of: by its scores on the search split and its summary."""

    agent: AgentId
    ancestor: AgentId
    """The youngest one of both parents."""
    summary: str
    resolved: int
    attempted: int


def merge_evidence(base: Tree, other: Tree, relative: Relative, conflicts: tuple[Conflict, ...]) -> Tree:
    """What is added to the evidence of who is to finish a merge; of many conflicts the first ones.

    `base` is the ancestor's tree, `other` the relative's.
    """
    ends = accumulate(len(os.fsencode(each.path)) for each in conflicts)
    conflicts = tuple(each for each, end in zip(conflicts, ends, strict=True) if end <= MAX_PATHS)
    marked = "\n".join(f"## {each.path}: {each.reason}\n\n{each.text}" for each in conflicts)
    shown = marked.encode()[:MAX_CONFLICTS].decode("utf-8", "ignore")
    told = _TOLD.format(
        other=relative.agent[:10],
        files="\n".join(f"- {each.path}: {each.reason}" for each in conflicts),
        summary=relative.summary,
        conflicts=shown,
    )
    about = {**asdict(relative), "conflicts": {each.path: each.reason for each in conflicts}}
    return Tree(
        {
            SUGGESTIONS: told.encode(),
            f"{MERGE}about.json": json.dumps(about, indent=1).encode(),
            f"{MERGE}patch.diff": render(base, other, at_most=MAX_PATCH).encode()[:MAX_PATCH],
            f"{MERGE}conflicts.txt": shown.encode(),
        }
    )


def _is_marked(file: File | None) -> bool:
    lines = b"" if file is None else b"\n" + file.data
    return b"\n<<<<<<< " in lines and b"\n>>>>>>> " in lines
