"""What bounds all the calls of a run together."""

from dataclasses import dataclass
from typing import Literal

from archive.events import Usage

Bounded = Literal["usd", "tokens", "calls"]
"""The settings `budget.usd` and so on."""


@dataclass(frozen=True, slots=True)
class Cap:
    """What a run may spend on its calls; None where there is no limit."""

    micro_usd: int | None = None
    tokens: int | None = None
    calls: int | None = None

    def reached(self, usage: Usage) -> Bounded | None:
        """The first limit that `usage` reaches."""
        limits: tuple[tuple[Bounded, int | None, int], ...] = (
            ("usd", self.micro_usd, usage.micro_usd),
            ("tokens", self.tokens, usage.tokens),
            ("calls", self.calls, usage.calls),
        )
        return next((name for name, limit, used in limits if limit is not None and used >= limit), None)


class OverBudget(Exception):
    """The run may make no more calls: its budget is used up, or promised to calls whose end is unknown."""

    def __init__(self, bounded: Bounded) -> None:
        super().__init__(f"the run's budget.{bounded} is used up")
        self.bounded = bounded
