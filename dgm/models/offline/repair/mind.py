"""The course of a repair: reproduce, localise, look, then try one small edit after another."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

from dgm.models.hands import Action, Hands
from dgm.models.mind import Brief, Mind, Results, Say, Turn, each
from dgm.models.offline.repair.candidates import Candidate, Seen, candidates, replacement
from dgm.models.offline.repair.reproduction import (
    DONE,
    Reproduction,
    executed,
    fault,
    reproductions,
    satisfied,
)

MAX_FILES = 5
TESTS = "python3 -m pytest -q -x -p no:cacheprovider 2>&1 | tail -n 3"


def repair_mind(brief: Brief, hands: Hands) -> Mind:
    """Mend what the issue reports, through the scaffold's hands alone."""
    for check in reproductions(brief.user):
        command = hands.shell(check.command(traced=True))
        if command is None:
            break
        output = (yield [command])[0] or ""
        goal = _goal(check, output)
        if goal is None:
            continue
        ran = executed(output)
        files = yield from _looked(hands, ran)
        mended = yield from _tried(hands, check, goal, candidates(files, ran, brief.user, output))
        yield Say(
            "The reproduction now gives what was expected." if mended else "I found no edit that mends it."
        )
        return
    yield Say("I could not reproduce the issue.")


@dataclass(frozen=True, slots=True)
class Goal:
    """What must be seen for a check to pass: a text, as a line of its own if `strict`; None: no error."""

    text: str | None
    strict: bool = False

    def met(self, output: str) -> bool:
        """Whether `output` shows it."""
        if self.text is None:
            return DONE in output and not fault(output)
        return satisfied(self.text, output, strict=self.strict)


def _goal(check: Reproduction, output: str) -> Goal | None:
    """The likeliest expectation that `output` does not meet; None if the check does not fail now."""
    if DONE not in output:
        return None
    said = [text for text in check.expected if not text.endswith(("Error", "Exception"))]
    errors = [text for text in check.expected if text not in said]
    goals = [Goal(text) for text in said]
    if fault(output):
        return next((goal for goal in goals if not goal.met(output)), Goal(None))
    goals += [Goal(text, strict=True) for text in said] + [Goal(text) for text in errors]
    return next((goal for goal in goals if not goal.met(output)), None)


def _looked(hands: Hands, ran: Mapping[str, frozenset[int]]) -> Generator[Turn, Results, Sequence[Seen]]:
    """View the files that the check ran most of."""
    code = [path for path in ran if not path.startswith("test") and path.endswith(".py")]
    chosen = sorted(code, key=lambda path: (-len(ran[path]), path))[:MAX_FILES]
    views = [(path, view) for path in chosen if (view := hands.view(path)) is not None]
    results = yield from each([view for _, view in views])
    return [
        Seen.of(path, text, ran[path])
        for (path, _), text in zip(views, results, strict=True)
        if text is not None
    ]


def _tried(
    hands: Hands, check: Reproduction, goal: Goal, ranked: Sequence[Candidate]
) -> Generator[Turn, Results, bool]:
    """Try each candidate until the check passes and the visible tests still do; tells whether one did."""
    run = hands.shell(check.command())
    undo: list[Action] = []
    for candidate in ranked:
        made = _made(hands, candidate)
        if made is None or run is None:
            continue
        edit, back, overwrites = made
        before = [] if overwrites and undo == [back] else undo
        results = yield from _edit_and_run([*before, edit], run)
        undo = [back]
        if goal.met(results):
            tests = hands.shell(TESTS)
            told = (yield [tests])[0] if tests else None
            if not told or (" failed" not in told and " error" not in told):
                return True
    if undo:
        yield undo
    return False


def _edit_and_run(edits: Sequence[Action], run: Action) -> Generator[Turn, Results, str]:
    """What the check prints after `edits`; a scaffold that ran it by itself is not asked again."""
    results = yield [*edits, run]
    if results[-1] is not None:
        return results[-1]
    for place, action in enumerate(edits):
        if results[place] is None:
            results = [*results[:place], (yield [action])[0], *results[place + 1 :]]
    shown = results[len(edits) - 1] or ""
    if DONE in shown:
        return shown
    return (yield [run])[0] or ""


def _made(hands: Hands, candidate: Candidate) -> tuple[Action, Action, bool] | None:
    """The action that makes the edit, the one that takes it back, and whether the next may overwrite it."""
    seen = candidate.seen
    if seen.whole:
        edit, back = hands.write(seen.path, candidate.result), hands.write(seen.path, seen.code)
        if edit is not None and back is not None:
            return edit, back, True
    around = replacement(seen.code, candidate.edit)
    if around is None:
        return None
    edit, back = hands.replace(seen.path, *around), hands.replace(seen.path, *reversed(around))
    return (edit, back, False) if edit is not None and back is not None else None
