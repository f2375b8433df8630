"""The course of a repair: reproduce, localise, look, then try one small edit after another."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from dgm.models.hands import Action, Hands
from dgm.models.mind import Brief, Mind, Results, Say, Turn, each
from dgm.models.offline.repair.candidates import Candidate, Seen, candidates, replacement
from dgm.models.offline.repair.check import Verdict, command, installing, verdicts
from dgm.models.offline.repair.issue import read

MAX_FILES = 5
MAX_COURSES = 6
TOGETHER = 3
"""Edits tried in a turn, where the scaffold carries out all actions of a turn."""
TESTS = "python3 -m pytest -q -x -p no:cacheprovider 2>&1 | tail -n 3"


@dataclass(frozen=True, slots=True)
class _Trial:
    """An edit, and the way back; one that overwrites the whole file may follow another of the same file."""

    edit: Action
    back: Action
    overwrites: bool


def repair_mind(brief: Brief, hands: Hands) -> Mind:
    """Mend what the issue reports, through the scaffold's hands alone."""
    report = read(brief.user)
    courses = report.courses[:MAX_COURSES]
    start = hands.shell(installing(courses)) if courses else None
    if start is None:
        yield Say("I could not reproduce the issue.")
        return
    output = (yield [start])[0] or ""
    failing = next((verdict for verdict in verdicts(output) if verdict.state == "failed"), None)
    if failing is None:
        yield Say("I could not reproduce the issue.")
        return
    files = yield from _looked(hands, failing)
    ranked = candidates(files, failing.ran, report.words, failing.blamed)
    run = hands.shell(command(courses, failing.course)) or start
    mended = yield from _tried(hands, run, failing.course, iter(ranked))
    yield Say("The reproduction now gives what was expected." if mended else "I found no edit that mends it.")


def _looked(hands: Hands, failing: Verdict) -> Generator[Turn, Results, Sequence[Seen]]:
    """View the files that the check ran most of."""
    ran = failing.ran
    chosen = sorted(ran, key=lambda path: (-len(ran[path]), path))[:MAX_FILES]
    views = [(path, view) for path in chosen if (view := hands.view(path)) is not None]
    results = yield from each([view for _, view in views])
    return [
        Seen.of(path, text, ran[path])
        for (path, _), text in zip(views, results, strict=True)
        if text is not None
    ]


def _tried(
    hands: Hands, run: Action, course: int, ranked: Iterator[Candidate]
) -> Generator[Turn, Results, bool]:
    """Try each edit until the check passes and the visible tests still do; tells whether one did."""
    standing: _Trial | None = None
    at_once = 1
    telling = False
    while batch := list(islice(_trials(hands, ranked, small=at_once > 1), at_once)):
        actions: list[Action] = []
        places: list[int] = []
        for trial in batch:
            actions += [*_undone(standing, trial), trial.edit]
            if not telling:
                actions.append(run)
            places.append(len(actions) - 1)
            standing = trial
        results = list((yield actions))
        if at_once == 1 and results[-1] is not None:
            at_once = TOGETHER
            # Some scaffolds run the check after each edit by themselves.
            telling = any(verdicts(text or "") for text in results[:-1])
        shown = yield from _completed(actions, results, places)
        for trial, text in zip(batch, shown, strict=True):
            if not _passed(text, course):
                continue
            if standing is not None and trial is not standing:
                yield from each([*_undone(standing, trial), trial.edit])
                standing = trial
            tests = hands.shell(TESTS)
            told = (yield [tests])[0] if tests else None
            if not told or (" failed" not in told and " error" not in told):
                return True
    if standing is not None:
        yield [standing.back]
    return False


def _completed(
    actions: Sequence[Action], results: list[str | None], places: Sequence[int]
) -> Generator[Turn, Results, Sequence[str]]:
    """What the checks at `places` print. What a scaffold left out is asked for, unless it told by itself."""
    for place, action in enumerate(actions):
        told_before = place > 0 and verdicts(results[place - 1] or "")
        if results[place] is None and place in places and told_before:
            results[place] = results[place - 1]
        elif results[place] is None:
            results[place] = (yield [action])[0]
    return [results[place] or "" for place in places]


def _passed(text: str, course: int) -> bool:
    told = [verdict for verdict in verdicts(text) if verdict.course == course]
    return bool(told) and told[-1].state == "passed"


def _undone(standing: _Trial | None, coming: _Trial) -> Sequence[Action]:
    if standing is None or (coming.overwrites and standing.back == coming.back):
        return []
    return [standing.back]


def _trials(hands: Hands, ranked: Iterator[Candidate], *, small: bool) -> Iterator[_Trial]:
    """The candidates that the scaffold lets be tried.

    A whole file, where it was seen, needs no way back before the next edit: one call less. `small` edits
    are the better ones where calls come in one turn, for they make a shorter history.
    """
    for candidate in ranked:
        seen = candidate.seen
        around = replacement(seen.code, candidate.edit) if small or not seen.whole else None
        if around is not None:
            edit, back = hands.replace(seen.path, *around), hands.replace(seen.path, *reversed(around))
            if edit is not None and back is not None:
                yield _Trial(edit, back, overwrites=False)
                continue
        if seen.whole:
            edit, back = hands.write(seen.path, candidate.result), hands.write(seen.path, seen.code)
            if edit is not None and back is not None:
                yield _Trial(edit, back, overwrites=True)
