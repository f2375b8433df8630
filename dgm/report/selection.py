"""A selection record, as policies and the search write it beside each ticket, in plain words."""

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dgm.held_out import ALONE, COMPARED, DRAWN
from dgm.history import IMPROVER
from dgm.improvers import IMPROVERS
from dgm.policy.widening import BOUNDS, SCHEDULE, WORTHS, widens

_RULES: Mapping[str, str] = {
    "seed pass": "The seed agent attempts every search task before any policy chooses.",
    "clade": (
        "Each agent that might be expanded drew from the posterior of its clade's solve rate, "
        "Beta(1 + resolved, 1 + unresolved); the highest draw won."
    ),
    "own": (
        "Each agent with an untried task drew from the posterior of its own solve rate, "
        "Beta(1 + resolved, 1 + unresolved); the highest draw won, and chance picked its task."
    ),
    "descendant": (
        "Each agent that might be expanded drew its ability and its lineage's drift from the joint "
        "posterior, as if children took after their parents, less a little for each child that it has; the "
        "highest draw won."
    ),
    "gradient": (
        "The agent with an untried task whose results promise to raise the best agent's skill most, by the "
        "joint posterior, meets the task that tells most about it: {bits} bits."
    ),
    "gradient at the end": (
        "The policy's share of the evaluations was used, and nobody is expanded any more. The one whose "
        "results promise to raise the best one's skill most, by the joint posterior, meets the task that "
        "tells most about it: {bits} bits."
    ),
    "room": (
        "Down the tree by the best UCB1 bounds ({path}): the last one's clade has had {visits} visits, "
        "which is room for more than its {children} children, or nothing else can be done there."
    ),
    "bound": "Down the tree by the best UCB1 bounds ({path}), ending with the last one's own.",
    "complement": (
        "Agent {instead} would have been expanded, and chance made a merge of it: of the pair whose first "
        "one gains most from what the other alone resolved of the tasks both met, less what luck would show."
    ),
    "chance": "Chance alone, each of {among} agents being as likely as the others.",
    "score and novelty": (
        "Chance, weighted by sigmoid(10 (score - 0.5)) / (1 + children): agent {drawn} was drawn."
    ),
    "stage one": "A newborn meets a first few tasks: agent {agent} had {left} of them left.",
    "stage two": "A promising newborn meets more tasks: agent {agent} had {left} of them left.",
    "every task at birth": "A newborn meets every task: agent {agent} had {left} of them left.",
    "best so far": "The best mean so far, {score}; chance picks among agents of the same mean ({among}).",
    "finish": (
        "The policy's share of the evaluations was used: the leading agents complete the search tasks, "
        "and agent {agent} had {left} of them left."
    ),
    COMPARED: (
        "The search had nothing left to do: its champion, agent {champion}, and the seed agent meet "
        "the held-out tasks, which guide no search."
    ),
    ALONE: (
        "The search had nothing left to do: its champion, agent {champion}, meets the held-out tasks, which "
        "guide no search, and no seed agent beside it."
    ),
    DRAWN: (
        "The search had nothing left to do: an agent drawn at random from the archive meets the held-out "
        "tasks too, as a control beside champion {champion}."
    ),
    "equal cost": (
        "An attempt of champion {champion} costs as much as {attempts} of the seed agent's, "
        "which therefore attempts each held-out task as often."
    ),
}
_AGENTS = frozenset({"agent", "other", "instead", "drawn", "champion"})
_LARGEST = 1e9
_SHOWN = frozenset({"rule", "candidates", IMPROVER, IMPROVERS})


@dataclass(frozen=True, slots=True)
class Selection:
    """What the record says; agents are named by ordinal. `other` holds what no sentence tells of."""

    rule: str
    schedule: str | None
    candidates: Sequence[Mapping[str, Any]]
    other: Mapping[str, Any]
    improver: str | None = None
    """Which model improves, where it was drawn from `improvers`."""
    improvers: Sequence[Mapping[str, Any]] = ()


def selection(why: Mapping[str, Any], job: str, ordinals: Mapping[Any, int]) -> Selection:
    """`why` in words. `ordinals` names agents both by place in order of birth and by id."""

    def known(value: Any) -> bool:
        return isinstance(value, int | str) and value in ordinals

    def told(key: str) -> Any:
        value = why.get(key, "?")
        if isinstance(value, list):
            return ", ".join(f"#{ordinals[each]}" for each in value if known(each))
        return f"#{ordinals[value]}" if key in _AGENTS and known(value) else value

    rule = str(why.get("rule", "not recorded"))
    sentence = _RULES.get(rule, f"The policy's rule: {rule}".replace("{", "{{").replace("}", "}}"))
    keys = {key for _, key, _, _ in string.Formatter().parse(sentence) if key}
    schedule = _schedule(why, job)
    shown = keys | _SHOWN | ({*SCHEDULE, *WORTHS, *BOUNDS} if schedule else set())
    candidates, improvers = _rows(why, "candidates"), _rows(why, IMPROVERS)
    return Selection(
        rule=sentence.format_map({key: told(key) for key in keys}),
        schedule=schedule,
        candidates=[
            {key: ordinals[value] if key in _AGENTS and known(value) else value for key, value in row.items()}
            for row in candidates
        ],
        other={key: value for key, value in why.items() if key not in shown},
        improver=_improver(why, improvers, job),
        improvers=improvers,
    )


def _rows(why: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    rows = why.get(key)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _improver(why: Mapping[str, Any], among: Sequence[Mapping[str, Any]], job: str) -> str | None:
    """How the model that improves was drawn (`dgm.improvers`)."""
    if IMPROVER not in why:
        return None
    asked = " It is asked only where git leaves a conflict." if job == "merge" else ""
    if any("draw" in row for row in among):
        return (
            f"{why[IMPROVER]}: each model drew from Beta(1 + kept up, 1 + fell short) of the children it "
            f"made, held against their parents; the highest draw won.{asked}"
        )
    return f"{why[IMPROVER]}: drawn by weight.{asked}"


def _schedule(why: Mapping[str, Any], job: str) -> str | None:
    """Why it was time to expand, or to evaluate (`dgm.policy.widening`, `dgm.policy.phylo.worth`)."""
    worths = _numbers(why, WORTHS)
    if worths is not None:
        return (
            "For what an evaluation costs a child promised {:.3g} of skill, the best attempt {:.3g}.".format(
                *worths
            )
        )
    bounds = _numbers(why, BOUNDS)
    if bounds is not None:
        return (
            "{:g} evaluations and {:g} expansions left no choice: as long as both can be done, the tree is "
            "held between evaluations ^ {:g} and ^ {:g}, the first ones early, with more where much is under "
            "way and fewer where they are dear.".format(*bounds)
        )
    numbers = _numbers(why, SCHEDULE)
    if numbers is None:
        return None
    evaluations, expansions, alpha = numbers
    due = widens(evaluations, expansions, alpha)
    comparison = (
        f"{evaluations:g} evaluations ^ {alpha:g} = {evaluations**alpha:.2f} "
        f"{'>=' if due else '<'} {expansions:g} expansions"
    )
    if due == (job != "evaluate"):
        return f"{comparison}: time to {'evaluate' if job == 'evaluate' else 'expand'}."
    if due:
        return f"{comparison}, yet no agent could be expanded."
    return f"{comparison}, yet the first ones come early, and later ones if nothing is untried."


def _numbers(why: Mapping[str, Any], names: Sequence[str]) -> list[float] | None:
    """Those of the names, if all are plain ones."""
    found = [why.get(name) for name in names]
    numbers = [float(each) for each in found if isinstance(each, int | float) and 0 <= each < _LARGEST]
    return numbers if len(numbers) == len(names) else None
