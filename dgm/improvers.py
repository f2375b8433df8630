"""Which of several models an expansion is given: by weight, or by what became of each one's children."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.random import Generator

from archive.events import Born, Rejected
from dgm.history import IMPROVER, History

Draw = Literal["weight", "children"]
IMPROVERS = "models"
"""In the `why` of a ticket that expands: what its model was drawn from."""


@dataclass(frozen=True, slots=True)
class Children:
    """What became of the children that a model made."""

    made: int = 0
    """Admitted or not."""
    admitted: int = 0
    scored: int = 0
    """Of the admitted ones, those that attempted a search task which their parent attempted."""
    kept_up: int = 0
    """Of the scored ones, those that resolved as many of these tasks as their parent, or more."""

    @property
    def fell_short(self) -> int:
        """Refused, or worse than the parent. One that is not scored yet is neither."""
        return self.made - self.admitted + self.scored - self.kept_up


def children(history: History, models: Sequence[str]) -> Mapping[str, Children]:
    """By model; with several, a ticket tells which one it was given, and with one there is no question."""
    tallies = dict.fromkeys(models, Children())
    ends: list[Born | Rejected] = [*history.born.values(), *history.rejected.values()]
    for end in ends:
        if not end.parents:
            continue
        asked = history.asked[end.ticket]
        if asked.job == "merge" and end.evidence is None:
            # Git made it, and no model.
            continue
        model = str(asked.why.get(IMPROVER, models[0]))
        if model in tallies:
            tally, kept_up = tallies[model], _kept_up(history, end)
            tallies[model] = Children(
                made=tally.made + 1,
                admitted=tally.admitted + isinstance(end, Born),
                scored=tally.scored + (kept_up is not None),
                kept_up=tally.kept_up + (kept_up is True),
            )
    return tallies


def drawn(weights: Mapping[str, float], by: Draw, history: History, rng: Generator) -> Mapping[str, Any]:
    """A model of `weights`, as a part of its ticket's `why`; nothing where there is one alone.

    By `children`: the highest of one draw each from Beta(1 + kept up, 1 + fell short), whatever the weights.
    """
    models = list(weights)
    if len(models) == 1:
        return {}
    if by == "weight":
        shares = np.array(list(weights.values())) / sum(weights.values())
        rows = [{IMPROVER: m, "share": round(float(s), 4)} for m, s in zip(models, shares, strict=True)]
        return {IMPROVER: models[int(rng.choice(len(models), p=shares))], IMPROVERS: rows}
    tallies = children(history, models)
    draws = [float(rng.beta(1 + t.kept_up, 1 + t.fell_short)) for t in tallies.values()]
    rows = [
        {IMPROVER: model, "kept_up": tally.kept_up, "fell_short": tally.fell_short, "draw": round(draw, 4)}
        for (model, tally), draw in zip(tallies.items(), draws, strict=True)
    ]
    return {IMPROVER: models[int(np.argmax(draws))], IMPROVERS: rows}


def _kept_up(history: History, end: Born | Rejected) -> bool | None:
    """On the tasks that both attempted, for a policy may give each the tasks that tell most about it."""
    if isinstance(end, Rejected):
        return None
    own, parents = (history.scores(agent, "search") for agent in (end.agent, end.parents[0]))
    both = own.keys() & parents.keys()
    resolved = [sum(each[task].verdict == "resolved" for task in both) for each in (own, parents)]
    return resolved[0] >= resolved[1] if both else None
