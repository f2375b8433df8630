"""The Huxley-Gödel Machine's policy (Wang et al. 2025, arXiv 2510.21614, section 3 and algorithm 1)."""

from dataclasses import dataclass, field

from numpy.random import Generator

from dgm.jobs import Evaluate, Expand
from dgm.policy.base import Choice, Recommendation, View
from dgm.policy.thompson import best_by_quantile, completed, draws, record, untried_task
from dgm.policy.widening import Widening


@dataclass(frozen=True, slots=True)
class Hgm:
    """Thompson sampling on clades to expand and on agents to evaluate; no agent is barred by its mean."""

    widening: Widening = field(default_factory=Widening)
    champion_quantile: float = 0.05
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

    def finish(self, view: View, leaders: int) -> Choice | None:
        """Completes the tasks of those with the highest lower posterior quantile."""
        return completed(view, self.champion_quantile, leaders)

    def champion(self, view: View) -> Recommendation:
        """The agent with the highest lower posterior quantile."""
        return best_by_quantile(view, self.champion_quantile)
