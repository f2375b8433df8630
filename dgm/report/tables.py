"""A finished or running run as tables, for notebooks and scripts."""

from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from archive.disk import DiskArchive
from archive.events import Called
from archive.lineage import Graph
from dgm.report.facts import Facts, facts, row

CALL_COLUMNS = [
    "ticket",
    "attempt",
    "n",
    "role",
    "model",
    "tokens_in",
    "tokens_out",
    "tokens_cached",
    "status",
    "micro_usd",
]


@dataclass(frozen=True)
class Run:
    """What the journal in `folder` says, read once; open it again to see what was added."""

    folder: Path

    @cached_property
    def agents(self) -> pd.DataFrame:
        """One agent a line, indexed by id: tallies, 95 % interval, CMP, relatives."""
        lines = [row(self._facts, agent) for agent in self._facts.history.born]
        return pd.DataFrame(lines, columns=None if lines else ["agent"]).set_index("agent")

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """One evaluation a line, indexed by ticket: agent, task, split, verdict, calls, tokens, seconds."""
        lines = [
            {
                "ticket": scored.ticket,
                "agent": scored.agent,
                "task": scored.task,
                "repeat": self._facts.history.asked[scored.ticket].repeat,
                "split": scored.split,
                "verdict": scored.verdict,
                "reason": scored.reason,
                **asdict(scored.usage),
                "seconds": scored.seconds,
            }
            for scored in self._facts.history.scored.values()
        ]
        columns = ["ticket", "agent", "task", "repeat", "split", "verdict", "reason", "calls"]
        return pd.DataFrame(lines, columns=None if lines else columns).set_index("ticket")

    @cached_property
    def calls(self) -> pd.DataFrame:
        """One model call a line, in the order they were answered; money in micro-dollars."""
        lines = [
            (
                call.ticket,
                call.attempt,
                call.n,
                call.role,
                call.model,
                call.usage.tokens_in,
                call.usage.tokens_out,
                call.usage.tokens_cached,
                call.status,
                call.usage.micro_usd,
            )
            for call in self._facts.events
            if isinstance(call, Called)
        ]
        return pd.DataFrame(lines, columns=CALL_COLUMNS)

    @property
    def lineage(self) -> Graph:
        """Who descends from whom, edges from parent to child; a copy."""
        return self._facts.archive.lineage.graph()

    @property
    def champion(self) -> str | None:
        """The agent that the evidence recommends."""
        return self._facts.champion

    def checkout(self, agent: str, folder: Path | str) -> Path:
        """Write an agent's source into `folder`, which must be absent or empty.

        Raises:
            ArchiveError: none or several agents match.
            FileExistsError: something is there.
        """
        place = Path(folder)
        tree = self._facts.archive.tree(self._facts.agent(agent))
        place.mkdir(parents=True, exist_ok=True)
        if any(place.iterdir()):
            raise FileExistsError(f"{place} is not empty")
        tree.write_to(place)
        return place

    @cached_property
    def _facts(self) -> Facts:
        return facts(DiskArchive.read(self.folder))


def open_run(folder: Path | str) -> Run:
    """The run in `folder`.

    Raises:
        ArchiveError: there is none, or its journal is damaged.
    """
    run = Run(Path(folder))
    _ = run.lineage
    return run
