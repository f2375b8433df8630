"""The drawn lineage leaves no agent out, however deep it stands."""

import re
from io import StringIO

import pytest
from rich.console import Console

from archive.events import AgentId, Started
from archive.memory import MemoryArchive
from dgm.config import Config
from dgm.jobs import Expand, Ticket
from dgm.report.facts import Facts, facts
from dgm.report.lineage_tree import lineage_tree
from dgm.run_toml import to_toml
from tests.run.played import born


def chain(length: int) -> Facts:
    """A run in which each agent is the only child of the one before."""
    archive, parents = MemoryArchive(), tuple[AgentId, ...]()
    archive.record(Started("run", 0, 0, archive.put(to_toml(Config()).encode()), "mini", "0" * 64, {}))
    for number in range(length):
        if parents:
            archive.record(Ticket(number, Expand(parents[0]), "search", {}).asked(0))
        event = born(archive, number, parents)
        archive.record(event)
        parents = (event.agent,)
    return facts(archive)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_every_agent_of_a_deep_lineage_is_drawn(width: int) -> None:
    console = Console(width=width, file=StringIO())
    console.print(lineage_tree(chain(60)), crop=False)
    assert isinstance(console.file, StringIO)
    shown = console.file.getvalue()
    assert [int(number) for number in re.findall(r"#(\d+) [0-9a-f]{8} ", shown)] == list(range(60))
