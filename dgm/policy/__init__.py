"""Policies: what to do next. One registry; each policy in a file of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypedDict

from dgm.policy.base import Policy
from dgm.policy.darwin import Darwin, Keep, Staging
from dgm.policy.greedy import Greedy
from dgm.policy.hgm import Hgm
from dgm.policy.merging import Merging
from dgm.policy.phylo.policy import Phylo
from dgm.policy.uct import Uct
from dgm.policy.uniform import Uniform
from dgm.policy.widening import Widening


class _End(TypedDict):
    champion_quantile: float
    finish_agents: int


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run's configuration says to its policy; each reads what it uses."""

    alpha: float = 0.6
    initial_expansions: int = 5
    champion_quantile: float = 0.05
    finish_agents: int = 3
    phylo_alpha: float = 0.8
    phylo_haste: float = 0.08
    expansion_cost: float = 1.0
    uct_alpha: float = 0.5
    uct_exploration: float = 0.5
    stage_one: int = 10
    stage_two: int = 50
    stage_needed: float = 0.4
    archive: Keep = "keep_all"
    keep_margin: float = 0.1
    merge_share: float = 0.0

    @property
    def end(self) -> _End:
        """How most policies end a search."""
        return {"champion_quantile": self.champion_quantile, "finish_agents": self.finish_agents}

    @property
    def widening(self) -> Widening:
        """The schedule of expansions."""
        return Widening(self.alpha, self.initial_expansions)

    @property
    def staging(self) -> Staging:
        """What an agent meets at birth."""
        return Staging(self.stage_one, self.stage_two, self.stage_needed)


Make = Callable[[Settings], Policy]


def _merging(policies: Mapping[str, Make]) -> Mapping[str, Make]:
    """Each as it is, or with merges if the settings have a share for them."""

    def made(make: Make, settings: Settings) -> Policy:
        policy = make(settings)
        return Merging(policy, settings.merge_share) if settings.merge_share else policy

    return {name: partial(made, make) for name, make in policies.items()}


POLICIES: Mapping[str, Make] = _merging(
    {
        "darwin": lambda settings: Darwin(
            settings.staging, settings.archive, settings.keep_margin, **settings.end
        ),
        "greedy": lambda settings: Greedy(**settings.end),
        "hgm": lambda settings: Hgm(settings.widening, **settings.end),
        "phylo": lambda settings: Phylo(
            settings.phylo_alpha,
            initial=settings.initial_expansions,
            price=settings.expansion_cost,
            haste=settings.phylo_haste,
        ),
        "uct": lambda settings: Uct(settings.uct_exploration, settings.uct_alpha, **settings.end),
        "uniform": lambda settings: Uniform(settings.widening, **settings.end),
    }
)
STAGED = frozenset({"darwin", "greedy"})
"""Policies that evaluate a newborn in stages of their own, each task once."""
