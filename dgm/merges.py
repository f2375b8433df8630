"""A merge that git could not finish: what an agent begins with, is told, and may not leave undone."""

import json
from dataclasses import asdict, dataclass

from archive.events import AgentId
from archive.three_way import Conflict
from dgm.playbook import SUGGESTIONS
from sandbox.diff import render
from sandbox.tree import Tree

MERGE = "merge/"
"""The folder of /evidence that tells of the other parent."""
MAX_PATCH = 16 * 1024
MAX_CONFLICTS = 16 * 1024
MAX_PATHS = 100
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
    """A merge in which conflicts are as in the first parent, and the trees that it comes from."""

    tree: Tree
    base: Tree
    other: Tree

    def objection(self, parent: Tree, child: Tree) -> str | None:
        """Why `child` is no merge of `parent` and the other one, or None."""
        if child == self.tree:
            return "merge: what was in conflict was left as it was"
        added = _lines(self.other) - _lines(self.base) - _lines(parent)
        if added and not added & _lines(child):
            return "merge: nothing that the other parent added is in it"
        return None


@dataclass(frozen=True, slots=True)
class Relative:
    """The other parent, as it is told of: by its scores on the search split and its summary."""

    agent: AgentId
    ancestor: AgentId
    """The nearest one of both parents."""
    summary: str
    resolved: int
    attempted: int


def merge_evidence(begun: Begun, relative: Relative, conflicts: tuple[Conflict, ...]) -> Tree:
    """What is added to the evidence of who is to finish a merge; of many conflicts the first 100."""
    conflicts = conflicts[:MAX_PATHS]
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
            f"{MERGE}patch.diff": render(begun.base, begun.other).encode()[:MAX_PATCH],
            f"{MERGE}conflicts.txt": shown.encode(),
        }
    )


def _lines(tree: Tree) -> frozenset[str]:
    return frozenset(line.strip() for path in tree for line in tree.text(path).splitlines()) - {""}
