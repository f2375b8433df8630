"""The baseline: parents, agents and tasks are left to chance, on HGM's schedule of expansions."""

from dataclasses import dataclass, field

from numpy.random import Generator

from dgm.jobs import Evaluate, Expand
from dgm.policy.base import Choice, View
from dgm.policy.thompson import ByQuantile, untried_task
from dgm.policy.widening import Widening


@dataclass(frozen=True, slots=True)
class Uniform(ByQuantile):
    """Expands and evaluates agents drawn uniformly, as often as `Hgm` with the same settings would."""

    widening: Widening = field(default_factory=Widening)
    name: str = "uniform"

    def choose(self, view: View, rng: Generator) -> Choice | None:
        """The next job; None when nothing can be expanded or evaluated."""
        schedule = self.widening.record(view)
        match self.widening.turn(view):
            case "expand":
                among = view.expandable
                why = {"rule": "chance", **schedule, "among": len(among)}
                return Choice(Expand(view.agents[int(rng.choice(among))]), why)
            case "evaluate":
                among = view.evaluable
                agent = int(rng.choice(among))
                task = untried_task(view, agent, rng)
                why = {"rule": "chance", **schedule, "among": len(among)}
                return Choice(Evaluate(view.agents[agent], view.tasks[task]), why)
            case None:
                return None
