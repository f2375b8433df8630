"""Which edit to try next: every small edit of the lines a failing check ran, the likeliest first."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dgm.models.offline.repair.operators import edits
from dgm.models.offline.repair.source import Edit, parsed, readable_part


@dataclass(frozen=True, slots=True)
class Seen:
    """The Python that the scaffold showed of a file: all of it, or as much of its beginning as it shows."""

    path: str
    code: str
    whole: bool

    @classmethod
    def of(cls, path: str, text: str, ran: frozenset[int]) -> "Seen":
        """What `text` tells of the file; lines that ran beyond its end tell that it was clipped."""
        whole = parsed(text) is not None and max(ran, default=0) <= text.count("\n") + 1
        return cls(path, text if whole else readable_part(text), whole)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One edit of one file, and how promising it is."""

    seen: Seen
    edit: Edit
    worth: float

    @property
    def result(self) -> str:
        """The file after the edit, as far as it was seen."""
        return self.edit.apply(self.seen.code)


def candidates(
    files: Sequence[Seen],
    ran: Mapping[str, frozenset[int]],
    words: frozenset[str],
    blame: Sequence[tuple[str, int]],
) -> tuple[Candidate, ...]:
    """Every candidate, most promising first; `ran` are executed lines, `blame` a traceback's."""
    return _ranked(tuple(files), frozenset(ran.items()), words, tuple(blame))


# A mind is replayed at every turn of its conversation: the same question comes dozens of times.
@lru_cache(maxsize=32)
def _ranked(
    files: tuple[Seen, ...],
    ran: frozenset[tuple[str, frozenset[int]]],
    words: frozenset[str],
    blame: tuple[tuple[str, int], ...],
) -> tuple[Candidate, ...]:
    lines_of = dict(ran)
    found = []
    for seen in files:
        lines = lines_of.get(seen.path, frozenset())
        touched = {line + step for line in lines for step in (0, -1, 1)}
        blamed = {line for path, line in blame if path == seen.path}
        owners = _owners(seen.code)
        for edit in edits(seen.code):
            around = owners.get(edit.line, set())
            # A statement of several lines reports only some of them as run.
            if around and edit.line not in touched:
                continue
            worth = edit.prior * (1.6 if around & words else 1.0) * (2.0 if edit.line in blamed else 1.0)
            worth *= 1.0 if around else 0.3
            found.append(Candidate(seen, edit, worth))
    return tuple(sorted(found, key=lambda each: (-each.worth, each.seen.path, each.edit.start)))


def replacement(code: str, edit: Edit) -> tuple[str, str] | None:
    """The lines around `edit` that stand once in `code`, before and after it; None if there are none."""
    start = code.rfind("\n", 0, edit.start) + 1
    end = code.find("\n", edit.end)
    end = len(code) if end < 0 else end
    for _ in range(6):
        old = code[start:end]
        if old.strip() and code.count(old) == 1:
            return old, code[start : edit.start] + edit.new + code[edit.end : end]
        start = code.rfind("\n", 0, max(0, start - 1)) + 1
    return None


def _owners(code: str) -> Mapping[int, set[str]]:
    """For each line the names of the functions and classes around it."""
    source = parsed(code)
    owners: dict[int, set[str]] = {}
    if source is None:
        return owners
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                owners.setdefault(line, set()).add(node.name)
    return owners
