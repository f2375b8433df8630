"""The course of a repair: reproduce, localise, look, then try one small edit after another."""

from collections.abc import Generator, Iterator, Sequence
from itertools import islice

from dgm.models.hands import Action, Hands
from dgm.models.mind import Brief, Mind, Results, Say, Turn, each
from dgm.models.offline.repair.candidates import (
    Candidate,
    Seen,
    batch,
    candidates,
    definition,
    replacement,
    tried,
)
from dgm.models.offline.repair.check import Verdict, command, installing, verdicts
from dgm.models.offline.repair.issue import read

UNREPRODUCED = "I could not reproduce the issue"
MAX_FILES = 5
MAX_COURSES = 6
MAX_TRIES = 72
MAX_VIEWS = 8
"""Of the rest of one file."""
MIN_LINES = 20
TOGETHER = 3
"""Edits tried in a turn, where the scaffold carries out all actions of a turn."""
# Bytecode of one edit, of the same second and size as the next, would be taken for it.
TESTS = "PYTHONPATH=src timeout 20 python3 -B -m pytest -q -x -p no:cacheprovider 2>&1 | tail -n 3"


def repair_mind(brief: Brief, hands: Hands) -> Mind:
    """Mend what the issue reports, through the scaffold's hands alone."""
    report = read(brief.user)
    courses = report.courses[:MAX_COURSES]
    start = hands.shell(installing(courses)) if courses else None
    if start is None:
        reason = "I have no way to run its example" if courses else "it shows no example that I could run"
        yield Say(f"{UNREPRODUCED}: {reason}.")
        return
    told = verdicts((yield [start])[0] or "")
    failing = next((verdict for verdict in told if verdict.state == "failed"), None)
    if failing is None:
        yield Say(f"{UNREPRODUCED}: {_unreproduced(told)}.")
        return
    files = yield from _looked(hands, failing, report.words)
    ranked = candidates(files, failing.ran, report.words, failing.blamed)[:MAX_TRIES]
    check = command(courses, failing.course)
    if hands.can_try:
        mended = yield from _tried_each(hands, check, failing.course, ranked)
    else:
        run = hands.shell(check) or start
        mended = yield from _tried(hands, run, failing.course, iter(ranked))
    failed = f"I found no edit that mends it, of {len(ranked)} that I thought of."
    yield Say("The reproduction now gives what was expected." if mended else failed)


def _unreproduced(told: Sequence[Verdict]) -> str:
    """Why nothing failed that could be mended."""
    if any(verdict.state == "passed" for verdict in told):
        return "its example already gives what it expects"
    broken = next((verdict.why for verdict in told if verdict.why), None)
    return f"its example does not run here ({broken})" if broken else "nothing came of running its example"


def _looked(
    hands: Hands, failing: Verdict, words: frozenset[str]
) -> Generator[Turn, Results, Sequence[Seen]]:
    """View the files that the issue names or the check ran most of; of clipped ones what can be had."""
    ran = failing.ran
    named = {path: _stem(path) in words for path in ran}
    chosen = sorted(ran, key=lambda path: (not named[path], -len(ran[path]), path))[:MAX_FILES]
    views = [(path, view) for path in chosen if (view := hands.view(path)) is not None]
    results = yield from each([view for _, view in views])
    files = []
    for (path, _), text in zip(views, results, strict=True):
        if text is not None:
            seen = Seen.of(path, text, ran[path])
            files.append(seen if seen.whole else (yield from _continued(hands, seen, text, ran[path])))
    return files


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".py")


def _continued(hands: Hands, seen: Seen, text: str, ran: frozenset[int]) -> Generator[Turn, Results, Seen]:
    """The file after the part that was shown, some lines at a time."""
    at_once = max(MIN_LINES, text.count("\n") * 4 // 5)
    # What can be read ends where the text was clipped, maybe with half a line.
    lines = seen.code.splitlines(keepends=True)[:-1]
    for _ in range(MAX_VIEWS):
        view = hands.view(seen.path, len(lines) + 1, len(lines) + at_once)
        more = ((yield [view])[0] if view else None) or ""
        new = more.splitlines(keepends=True)
        at_end = len(new) < at_once
        complete = Seen.of(seen.path, "".join([*lines, *new]), ran)
        if at_end and complete.whole:
            return complete
        if not new or (at_end and len(new) <= 2):
            break
        lines += new[:-2] if at_end else new
        if hands.can_replace and len(lines) > max(ran, default=0) + 2:
            break
    return Seen.of(seen.path, "".join(lines), ran | {len(lines) + 2})


def _tried_each(
    hands: Hands, check: str, course: int, ranked: Sequence[Candidate]
) -> Generator[Turn, Results, bool]:
    """Let the scaffold try edits that lie close together, several in an action."""
    left = [candidate for candidate in ranked if _way(hands, None, candidate, small=True)]
    while left:
        old, chosen = batch(left, TOGETHER * 2)
        left = [candidate for candidate in left if candidate not in chosen]
        action = hands.try_each(chosen[0].seen.path, old, [tried(one, old) for one in chosen], check)
        shown = (yield [action])[0] if action and old else None
        told = [verdict for verdict in verdicts(shown or "") if verdict.course == course]
        for candidate, verdict in zip(chosen, told, strict=False):
            if verdict.state != "passed":
                continue
            yield from each(_way(hands, None, candidate, small=True) or [])
            if (yield from _tests_pass(hands)):
                return True
            yield from each(_way(hands, candidate, None, small=True) or [])
    return False


def _tried(
    hands: Hands, run: Action, course: int, ranked: Iterator[Candidate]
) -> Generator[Turn, Results, bool]:
    """Try each edit until the check passes and the visible tests still do; tells whether one did."""
    standing: Candidate | None = None
    together, telling = 1, False
    silent: set[tuple[str, int]] = set()
    # Where one edit made the check hang, another mostly does too.
    ranked = (one for one in ranked if (one.seen.path, one.edit.line) not in silent)
    while edits := list(islice(_steps(hands, standing, ranked, small=together > 1), together)):
        actions: list[Action] = []
        places: list[int] = []
        for _, steps in edits:
            actions += steps
            if not telling:
                actions.append(run)
            places.append(len(actions) - 1)
        standing = edits[-1][0]
        results = list((yield actions))
        if results[-1] is not None:
            together = TOGETHER
            # Some scaffolds run the latest check after each edit by themselves.
            telling = telling or bool(verdicts(results[-2] or ""))
        shown = yield from _completed(actions, results, places)
        for (candidate, _), text in zip(edits, shown, strict=True):
            if any(verdict.silent for verdict in verdicts(text)):
                silent.add((candidate.seen.path, candidate.edit.line))
            if not _passed(text, course):
                continue
            if candidate is not standing:
                yield from each(_way(hands, standing, candidate, small=together > 1) or [])
                standing = candidate
            telling = False
            if (yield from _tests_pass(hands)):
                return True
    if standing is not None:
        yield _way(hands, standing, None, small=together > 1) or []
    return False


def _tests_pass(hands: Hands) -> Generator[Turn, Results, bool]:
    """Whether nothing is heard of the visible tests failing."""
    tests = hands.shell(TESTS)
    told = (yield [tests])[0] if tests else None
    return not told or (" failed" not in told and " error" not in told)


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


def _steps(
    hands: Hands, standing: Candidate | None, ranked: Iterator[Candidate], *, small: bool
) -> Iterator[tuple[Candidate, Sequence[Action]]]:
    """The candidates that the scaffold lets be tried, each with the way to it from the one before."""
    for candidate in ranked:
        way = _way(hands, standing, candidate, small=small)
        if way is not None:
            yield candidate, way
            standing = candidate


def _way(
    hands: Hands, old: Candidate | None, new: Candidate | None, *, small: bool
) -> Sequence[Action] | None:
    """From the files with one edit made to those with another; None stands for no edit, and for no way."""
    if old is not None and new is not None and old.seen == new.seen:
        straight = _change(hands, new.seen, old.result, new.result, small=small)
        if straight is not None:
            return [straight]
    ways: list[Action | None] = []
    if old is not None:
        ways.append(_change(hands, old.seen, old.result, old.seen.code, small=small))
    if new is not None:
        ways.append(_change(hands, new.seen, new.seen.code, new.result, small=small))
    actions = [way for way in ways if way is not None]
    return actions if len(actions) == len(ways) else None


def _change(hands: Hands, seen: Seen, now: str, then: str, *, small: bool) -> Action | None:
    """One action that makes the file's text another.

    Where the file was seen whole it can be written whole. `small` changes are the better ones where a turn
    holds many, for they make a shorter history.
    """
    lines = replacement(now, then) if small or not seen.whole else None
    action = hands.replace(seen.path, *lines) if lines else None
    named = definition(now, then) if lines and action is None else None
    action = action or (hands.define(seen.path, *named) if named else None)
    return action or (hands.write(seen.path, then) if seen.whole else None)
