"""Policies: what to do next. One registry; each policy in a file of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dgm.policy.base import Policy
from dgm.policy.hgm import Hgm
from dgm.policy.uniform import Uniform
from dgm.policy.widening import Widening


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run's configuration says to its policy."""

    alpha: float = 0.6
    initial_expansions: int = 5
    champion_quantile: float = 0.05

    @property
    def widening(self) -> Widening:
        """The schedule of expansions."""
        return Widening(self.alpha, self.initial_expansions)


POLICIES: Mapping[str, Callable[[Settings], Policy]] = {
    "hgm": lambda settings: Hgm(settings.widening, settings.champion_quantile),
    "uniform": lambda settings: Uniform(settings.widening, settings.champion_quantile),
}
