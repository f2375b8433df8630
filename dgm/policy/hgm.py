"""The Huxley-Gödel Machine's policy (Wang et al. 2025, arXiv 2510.21614, section 3 and algorithm 1)."""

from dataclasses import dataclass, field

from numpy.random import Generator

from dgm.jobs import Evaluate, Expand
from dgm.policy.base import Choice, View
from dgm.policy.thompson import ByQuantile, draws, record, untried_task
from dgm.policy.widening import Widening


@dataclass(frozen=True, slots=True)
class Hgm(ByQuantile):
    """Thompson sampling on clades to expand and on agents to evaluate; no agent is barred by its mean."""

    widening: Widening = field(default_factory=Widening)
    name: str = "hgm"

    def choose(self, view: View, rng: Generator) -> Choice | None:
        """The next job; None when nothing can be expanded or evaluated."""
        schedule = self.widening.record(view)
        match self.widening.turn(view):
            case "expand":
                among = view.expandable
                drawn = draws(view.clade, among, rng)
                parent = int(among[drawn.argmax()])
                why = {"rule": "clade", **schedule, "candidates": record(view.clade, among, drawn)}
                return Choice(Expand(view.agents[parent]), why)
            case "evaluate":
                among = view.evaluable
                drawn = draws(view.own, among, rng)
                agent = int(among[drawn.argmax()])
                task = untried_task(view, agent, rng)
                why = {"rule": "own", **schedule, "candidates": record(view.own, among, drawn)}
                return Choice(Evaluate(view.agents[agent], view.tasks[task]), why)
            case None:
                return None
