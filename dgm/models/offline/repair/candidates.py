"""Which edit to try next: every small edit of the lines a failing check ran, the likeliest first."""

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dgm.models.offline.repair.operators import edits
from dgm.models.offline.repair.source import Edit, Function, Source, parsed, readable_part

MAX_LINES = 25
"""Of one replacement."""
RARE = 3
"""A word on more lines than that points at each of them less."""
_PART = re.compile(r"[A-Z]?[a-z]{2,}|[A-Z]{3,}")


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
    told = {part for word in words for part in _parts(word)}
    found = []
    for seen in files:
        lines = lines_of.get(seen.path, frozenset())
        touched = _touched(seen.code, {line + step for line in lines for step in (0, -1, 1)})
        blamed = {line for path, line in blame if path == seen.path}
        owners = _owners(seen.code)
        shared = _shared(seen.code, told)
        for edit in edits(seen.code):
            around = owners.get(edit.line, set())
            if around and edit.line not in touched:
                continue
            worth = edit.prior * (1.6 if around & words else 1.0) * (2.0 if edit.line in blamed else 1.0)
            worth *= (1.0 if around else 0.3) * (1.0 + 0.5 * shared.get(edit.line, 0))
            worth *= 1.0 + 0.25 * min(
                2, len(_parts(edit.new) & told - _parts(seen.code[edit.start : edit.end]))
            )
            found.append(Candidate(seen, edit, worth))
    return tuple(sorted(found, key=lambda each: (-each.worth, each.seen.path, each.edit.start)))


def replacement(now: str, then: str) -> tuple[str, str] | None:
    """The few whole lines that differ, as they are and as they will be; None if they are many, or no place.

    The lines as they are stand in `now` exactly once.
    """
    old, new = now.splitlines(keepends=True), then.splitlines(keepends=True)
    same = 0
    while same < min(len(old), len(new)) and old[same] == new[same]:
        same += 1
    tail = 0
    while tail < min(len(old), len(new)) - same and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    for first in range(same, max(-1, same - 6), -1):
        before = "".join(old[first : len(old) - tail])
        if before.strip() and now.count(before) == 1 and before.count("\n") <= MAX_LINES:
            return before, "".join(new[first : len(new) - tail])
    return None


def definition(now: str, then: str) -> tuple[str, str] | None:
    """The innermost function or method that holds all that differs: its dotted name, and its new code."""
    old, new = parsed(now), parsed(then)
    changed = replacement(now, then)
    if old is None or new is None or changed is None:
        return None
    first = now[: now.index(changed[0])].count("\n") + 1
    last = first + changed[0].count("\n") - 1
    around = [name for name, node in _definitions(old) if node.lineno <= first and last <= _last_line(node)]
    if not around:
        return None
    name = max(around, key=len)
    # A name may stand for several definitions: a property's getter and its setter.
    codes = [new.lines(node) for known, node in _definitions(new) if known == name]
    return (name, codes[0]) if len(codes) == 1 else None


def batch(candidates: Sequence[Candidate], most: int) -> tuple[str, Sequence[Candidate]]:
    """Candidates to be tried together with the first one: of its file, and near enough for one replacement.

    Returns:
        The text that all of them change a part of, which stands once in the file, and at most `most` of them.
    """
    seen = candidates[0].seen
    lines = seen.code.splitlines(keepends=True)
    first, last = _span(candidates[0])
    chosen: list[Candidate] = []
    for candidate in candidates:
        top, bottom = _span(candidate)
        within = max(last, bottom) - min(first, top) < MAX_LINES
        if candidate.seen == seen and within and len(chosen) < most:
            first, last = min(first, top), max(last, bottom)
            chosen.append(candidate)
    for top in range(first, max(0, first - 6), -1):
        text = "".join(lines[top - 1 : last])
        if seen.code.count(text) == 1:
            return text, chosen
    return "", chosen


def tried(candidate: Candidate, old: str) -> str:
    """What stands in the place of `old` once the candidate's edit is made."""
    start = candidate.seen.code.index(old)
    edit = candidate.edit
    return old[: edit.start - start] + edit.new + old[edit.end - start :]


def _span(candidate: Candidate) -> tuple[int, int]:
    """The first and the last line that the edit touches, counted from 1."""
    code, edit = candidate.seen.code, candidate.edit
    return code.count("\n", 0, edit.start) + 1, code.count("\n", 0, edit.end) + 1


def _definitions(source: Source) -> Iterator[tuple[str, Function]]:
    """Every function of the module and method of its classes, by dotted name."""
    for node in source.tree.body:
        if isinstance(node, Function):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, Function):
                    yield f"{node.name}.{inner.name}", inner


def _last_line(node: ast.AST) -> int:
    return int(node.end_lineno)  # type: ignore[attr-defined]


def _shared(code: str, told: set[str]) -> Mapping[int, float]:
    """How many of the words `told` each line has, at most two; a word on many lines counts for less."""
    lines = [_parts(line) & told for line in code.splitlines()]
    spread = Counter(part for line in lines for part in line)
    return {
        number: min(2.0, sum(min(1.0, RARE / spread[part]) for part in line))
        for number, line in enumerate(lines, 1)
    }


def _parts(text: str) -> set[str]:
    """The words that names are made of."""
    return {part.lower() for part in _PART.findall(text)}


def _touched(code: str, lines: set[int]) -> set[int]:
    """Lines that ran, with all lines of their statements: of several lines only some are reported."""
    source = parsed(code)
    touched = set(lines)
    for node in ast.walk(source.tree) if source else ():
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            span = range(node.lineno, _last_line(node) + 1)
            if lines.intersection(span):
                touched.update(span)
    return touched


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
