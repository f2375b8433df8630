"""Several runs side by side on the held-out tasks: champion, seed, `uniform`, an agent drawn at random."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from archive.events import AgentId, TaskId
from dgm.paired import Paired
from dgm.report.comparison import difference, met, resolved
from dgm.report.facts import Facts
from dgm.search import random_agent

POLICIES = ("hgm", "uniform")


@dataclass(frozen=True, slots=True)
class Held:
    """What one agent resolved of the held-out tasks that it met; a pair set aside counts as unresolved."""

    met: frozenset[TaskId]
    resolved: frozenset[TaskId]

    @classmethod
    def of(cls, known: Facts, agent: AgentId) -> "Held":
        """The agent's first attempts."""
        ends = met(known.history, agent, "held_out")
        return cls(frozenset(ends), frozenset(resolved(ends)))

    def against(self, other: "Held") -> Mapping[str, Any]:
        """The paired difference to another agent, over the tasks of both; 95 % interval by Newcombe."""
        paired = Paired.of(self.met & other.met, self.resolved, other.resolved)
        return {"resolved": paired.resolved[1], "n": paired.n, **difference(paired)}


def study_row(seed: int, run: Facts, uniform: Facts) -> dict[str, Any]:
    """One run seed: its champion under `hgm`, against each control; counts are held-out tasks."""
    root = next(iter(run.history.born))
    champion = Held.of(run, run.champion or root)
    random = random_agent(list(run.history.born), seed)
    return {
        "seed": seed,
        "agents": len(run.history.born),
        "champion": {"resolved": len(champion.resolved), "n": len(champion.met)},
        "against": {
            "seed agent": champion.against(Held.of(run, root)),
            "uniform": champion.against(Held.of(uniform, uniform.champion or root)),
            "random agent": champion.against(Held.of(run, random)),
        },
    }


def study_table(rows: list[dict[str, Any]]) -> Table:
    """The rows, drawn: rates, and what the champion has more than each control."""
    controls = list(rows[0]["against"]) if rows else []
    table = Table("run seed", "agents", "champion", *controls, title="resolved of held-out tasks")
    for row in rows:
        cells = []
        for told in row["against"].values():
            low, high = told["interval"]
            cells.append(
                f"{told['resolved']}/{told['n']}\n{told['difference']:+.3f} [{low:+.3f}, {high:+.3f}]"
            )
        champion = row["champion"]
        table.add_row(str(row["seed"]), str(row["agents"]), f"{champion['resolved']}/{champion['n']}", *cells)
    table.caption = (
        "under each control: champion less control, with the paired 95 % interval (Newcombe). Intervals of "
        "different run seeds are not independent: seed agent and tasks are the same."
    )
    return table
