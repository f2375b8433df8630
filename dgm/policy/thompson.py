"""Pieces that Beta-Bernoulli policies share: posterior draws, the selection record, the end, the champion."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dgm.clades import Counts, Tally
from dgm.intervals import beta_interval, beta_quantile, pooled
from dgm.jobs import Evaluate
from dgm.policy.base import Choice, Recommendation, View

RECORDED_CANDIDATES = 5


def draws(tally: Tally, among: NDArray[np.intp], rng: Generator) -> NDArray[np.float64]:
    """One draw of Beta(1+S, 1+F) for each agent in `among`."""
    return rng.beta(1.0 + tally.resolved[among], 1.0 + tally.unresolved[among])


def record(tally: Tally, among: NDArray[np.intp], drawn: NDArray[np.float64]) -> list[dict[str, Any]]:
    """The highest draws with their evidence, best first."""
    best = np.argsort(-drawn, kind="stable")[:RECORDED_CANDIDATES]
    return [
        {
            "agent": int(among[i]),
            "resolved": int(tally.resolved[among[i]]),
            "unresolved": int(tally.unresolved[among[i]]),
            "draw": round(float(drawn[i]), 6),
        }
        for i in best
    ]


def untried_task(view: View, agent: int, rng: Generator) -> int:
    """A uniformly random untried task of `agent`, by index."""
    return int(rng.choice(np.flatnonzero(view.untried[agent])))


def standing(resolved: Counts, unresolved: Counts, quantile: float) -> NDArray[np.float64]:
    """The posterior `quantile` of each agent's own solve rate, under the prior pooled over all of them."""
    return beta_quantile(quantile, resolved, unresolved, pooled(resolved, unresolved))


@dataclass(frozen=True, slots=True, kw_only=True)
class ByQuantile:
    """What policies have in common whose champion has the highest posterior quantile."""

    champion_quantile: float = 0.05
    finish_agents: int = 3

    def finish(self, view: View) -> Choice | None:
        """Completes the tasks of the leading agents, first of those that are rounds behind."""
        first = np.argsort(-standing(*_counts(view), self.champion_quantile), kind="stable")
        first = first[: self.finish_agents]
        rounds_left = view.attempts_left - view.untried_count
        for agent in first[np.argsort(-rounds_left[first], kind="stable")]:
            untried = np.flatnonzero(view.untried[agent])
            if len(untried):
                why = {"rule": "finish", "agent": int(agent), "left": len(untried)}
                return Choice(Evaluate(view.agents[agent], view.tasks[untried[0]]), why)
        return None

    def champion(self, view: View) -> Recommendation:
        """The agent with the highest posterior quantile; of equals the oldest."""
        return self.estimate(view, int(np.argmax(standing(*_counts(view), self.champion_quantile))))

    def estimate(self, view: View, agent: int) -> Recommendation:
        """Of the agent's own outcomes alone, under the prior pooled over all."""
        resolved, unresolved = _counts(view)
        won, lost, prior = int(resolved[agent]), int(unresolved[agent]), pooled(resolved, unresolved)
        mean = (prior.resolved + won) / (prior.resolved + prior.unresolved + won + lost)
        return Recommendation(view.agents[agent], mean, beta_interval(won, lost, prior=prior))


def _counts(view: View) -> tuple[Counts, Counts]:
    """Resolved and unresolved of each agent, pairs set aside counted as unresolved."""
    return view.own.resolved, view.own.unresolved + view.set_aside
