"""A fsck of a whole run: everything that can be recomputed is, and each contradiction is named."""

import json
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from archive.base import ArchiveError
from archive.blobs import Blobs
from archive.commits import AUTHOR
from archive.disk import BLOBS, GIT, JOURNAL_REF
from archive.durable import sync_folder
from archive.events import AgentId, Born, Called, Digest, Failed, Retried, Scored, Started, Usage
from archive.fold import Fold
from archive.git_store import AGENTS, CHAMPION, GitStore, fetch_from_mirror
from archive.journal import TAIL, Segment, segments, walk
from archive.lines import FIRST, decode, encode, link, version_of
from archive.three_way import three_way

RESTORE = "restore it from a backup"
RESUME = "`dgm resume` mends it"
DOUBT = "do not trust the run before you know who changed it"


@dataclass(frozen=True, slots=True)
class Problem:
    """One contradiction: what it is about, what is wrong, and what to do."""

    thing: str
    fault: str
    mend: str

    def __str__(self) -> str:
        return f"{self.thing}: {self.fault}; {self.mend}"


def problems(folder: Path) -> list[Problem]:
    """Everything wrong with the run in `folder`; it takes no lock and changes nothing.

    A run that a controller is at work on changes while it is read, and may look wrong for it.

    Raises:
        ArchiveError: there is no run to check.
    """
    parts = segments(folder)
    fold = Fold()
    found = list(_journal(folder, parts, fold))
    found += _numbers(fold)
    found += _blobs(Blobs(folder / BLOBS), fold)
    try:
        store = GitStore(folder / GIT)
        found += _agents(store, fold)
        found += _references(store, fold)
        found += _snapshot(store, parts)
        found += [Problem(GIT, line, _fetch(folder)) for line in store.faults()]
    except ArchiveError as error:
        found.append(Problem(GIT, str(error), _fetch(folder)))
    return found


def repair(folder: Path) -> Path:
    """Write the lines before the first bad one to a new file beside the journal and return its path.

    Raises:
        ArchiveError: there is no run, or the file can't be written.
    """
    parts = segments(folder)
    fault = next(walk(parts, Fold()), None)
    lines = [line for part in parts for line in part.lines]
    good = lines if fault is None else lines[: fault.line - 1]
    for number in range(1, 1000):
        path = folder / f"journal.repaired-{number}.jsonl"
        try:
            with path.open("xb") as file:
                file.writelines(line + b"\n" for line in good)
                file.flush()
                os.fsync(file.fileno())
            sync_folder(folder)
        except FileExistsError:
            continue
        except OSError as error:
            raise ArchiveError(f"{path}: can't be written: {error.strerror}") from None
        return path
    raise ArchiveError(f"{folder}: too many repaired journals; remove the ones you no longer need")


def _journal(folder: Path, parts: tuple[Segment, ...], fold: Fold) -> Iterator[Problem]:
    mend = f"`dgm check --repair {folder}` keeps what comes before"
    for fault in walk(parts, fold):
        yield Problem(str(fault), fault.reason, mend)
    if parts[-1].unfinished:
        size = len(parts[-1].unfinished)
        yield Problem(
            str(parts[-1].path), f"a torn last line of {size} bytes", f"{RESUME}: it is moved aside"
        )
    prev = FIRST
    for part in parts:
        for place, line in enumerate(part.lines, start=1):
            if not _canonical(line, prev):
                yield Problem(f"{part.path} line {place}", "not written by this program", DOUBT)
            prev = link(line)
    first = fold.entries[0].event if fold.entries else None
    if not isinstance(first, Started):
        yield Problem(str(folder / TAIL), "the journal does not begin with `started`", DOUBT)


def _canonical(line: bytes, prev: str) -> bool:
    try:
        at, said, event = decode(line)
        return said != prev or encode(event, at, prev, version_of(line)) == line + b"\n"
    except ArchiveError:
        return True  # walk() names it.


def _numbers(fold: Fold) -> Iterator[Problem]:
    """What a ticket used must be what its last attempt's calls add up to."""
    attempts: defaultdict[int, int] = defaultdict(lambda: 1)
    calls: defaultdict[tuple[int, int], Usage] = defaultdict(Usage)
    for entry in fold.entries:
        match entry.event:
            case Retried(ticket=ticket):
                attempts[ticket] += 1
            case Called(ticket=ticket, attempt=attempt, usage=usage, saved=saved):
                # The search goes by what a job's calls are worth.
                calls[ticket, attempt] += usage + Usage(micro_usd=saved)
            case _:
                pass
    for ticket, entry in fold.ends.items():
        end = entry.event
        assert not isinstance(end, Started)
        usage = getattr(end, "usage", Usage())
        spent = calls[ticket, attempts[ticket]]
        if usage != spent and not (isinstance(end, Failed) and usage == Usage()):
            yield Problem(
                f"ticket {ticket} (line {entry.line})",
                f"it says it used {_said(usage)}, its calls add up to {_said(spent)}",
                DOUBT,
            )


def _said(usage: Usage) -> str:
    return ", ".join(f"{getattr(usage, field.name)} {field.name}" for field in fields(usage))


def _blobs(blobs: Blobs, fold: Fold) -> Iterator[Problem]:
    seen: set[Digest] = set()
    for entry in fold.entries:
        event = entry.event
        for name in ("config", "splits", "summary", "evidence", "patch", "detail"):
            digest = getattr(event, name, None)
            if digest is None or digest in seen:
                continue
            seen.add(digest)
            fault = blobs.fault(digest)
            if fault is not None:
                yield Problem(f"blob {digest} ({name} of line {entry.line})", fault, RESTORE)
        if isinstance(event, Scored):
            fault = _verdict_fault(blobs, event)
            if fault is not None:
                yield Problem(f"ticket {event.ticket} (line {entry.line})", fault, DOUBT)


def _verdict_fault(blobs: Blobs, scored: Scored) -> str | None:
    try:
        detail = json.loads(blobs.get(scored.detail))
        said = detail["verdict"]
    except ArchiveError:
        return None  # Named as a blob already.
    except (ValueError, KeyError, TypeError, RecursionError):
        return f"its detail {scored.detail[:12]} names no verdict"
    if said != scored.verdict:
        return f"the journal says {scored.verdict!r}, the detail of its tests says {str(said)[:40]!r}"
    return None


def _agents(store: GitStore, fold: Fold) -> Iterator[Problem]:
    mend = _fetch(store.folder.parent)
    lost = set(store.missing(fold.births))
    for agent, born in fold.births.items():
        name = f"agent {born.ordinal} ({agent[:12]})"
        if agent in lost:
            yield Problem(name, f"its commit is missing from {GIT}", mend)
            continue
        try:
            body = store.commit(agent)
            fault = _commit_fault(body, born, store.epoch)
            if fault is None and store.tree(agent).hash != born.tree:
                fault = "its files are not those of the tree in the journal"
            if fault is None:
                fault = _merge_fault(store, fold, born)
        except ArchiveError as error:
            yield Problem(name, str(error), mend)
            continue
        if fault is not None:
            yield Problem(name, fault, DOUBT)


def _commit_fault(body: bytes, born: Born, epoch: int) -> str | None:
    lines = body.split(b"\n\n", 1)[0].decode("utf-8", "replace").splitlines()
    if lines[0] != f"tree {born.tree}":
        return f"the journal names tree {born.tree[:12]}, its commit has {lines[0][5:17]}"
    parents = tuple(line[7:] for line in lines if line.startswith("parent "))
    if parents != born.parents:
        return "the journal names other parents than its commit"
    date = epoch + born.ticket
    signed = [f"author {AUTHOR} {date} +0000", f"committer {AUTHOR} {date} +0000"]
    return None if lines[-2:] == signed else "its commit was not made by this run at this ticket"


def _merge_fault(store: GitStore, fold: Fold, born: Born) -> str | None:
    """What no agent had a part in, git must make again of the same parents."""
    asked = fold.asked.get(born.ticket)
    if asked is None or asked.job != "merge" or born.evidence is not None:
        return None
    one, other = asked.parents
    base = fold.lineage.common_ancestor(one, other)
    if base is None:
        return "its parents have no ancestor in common"
    merged = three_way(store.tree(base), store.tree(one), store.tree(other))
    if merged.conflicts or merged.tree.hash != born.tree:
        return "it is not what git makes of its parents"
    return None


def _references(store: GitStore, fold: Fold) -> Iterator[Problem]:
    references = store.references()
    wanted = {f"{AGENTS}{born.ordinal}": agent for agent, born in fold.births.items()}
    unborn = {f"{AGENTS}{ordinal}" for ordinal in fold.rebuilding()}
    for name, agent in wanted.items():
        if name not in references:
            yield Problem(name, f"it is missing; it belongs at {agent[:12]}", RESUME)
        elif references[name] != agent:
            yield Problem(name, f"it is at {references[name][:12]}, the journal says {agent[:12]}", RESUME)
    for name in sorted(references.keys() - wanted.keys() - unborn):
        if name.startswith(AGENTS):
            yield Problem(name, "no agent of the journal has this number", RESUME)
    if CHAMPION in references and references[CHAMPION] not in fold.lineage:
        yield Problem(CHAMPION, f"it is at {references[CHAMPION][:12]}, which is no agent", RESUME)


def _snapshot(store: GitStore, parts: tuple[Segment, ...]) -> Iterator[Problem]:
    """What git carries of the journal must be how the journal begins."""
    commit = store.references().get(JOURNAL_REF)
    if commit is None:
        return
    # Closed segments sort by number and before the tail.
    kept = [file.data for _, file in sorted(store.tree(AgentId(commit)).items())]
    carried = b"".join(kept).split(b"\n")[:-1]
    lines = [(part.path, place, line) for part in parts for place, line in enumerate(part.lines, start=1)]
    for (path, place, line), other in zip(lines, carried, strict=False):
        if line != other:
            yield Problem(f"{path} line {place}", f"{JOURNAL_REF} keeps another line there", DOUBT)
            return
    if len(carried) > len(lines):
        lost = len(carried) - len(lines)
        yield Problem(str(parts[-1].path), f"{lost} lines kept in {JOURNAL_REF} are gone", RESTORE)


def _fetch(folder: Path) -> str:
    return f"{fetch_from_mirror(folder / GIT)} or {RESTORE}"
