"""`compare`: two agents, or two whole runs, on the tasks that both met."""

import json
import sys
from pathlib import Path

from rich.console import Console

from archive.events import AgentId
from dgm.cli.errors import DONE
from dgm.cli.inspect import known
from dgm.cli.names import one_of
from dgm.config import ConfigError
from dgm.report.compare import Chosen, compare_facts, compare_view
from dgm.report.comparison import Split

SPLITS: dict[str, Split] = {"held_out": "held_out", "search": "search"}


def compare(a: str, b: str, split: str, *, as_json: bool) -> int:
    """Carry out `dgm compare`."""
    one_of("--split", split, SPLITS)
    one = _chosen(a)
    other = _chosen(f"{one.folder}{b}" if b.startswith(":") else b)
    facts = compare_facts(one, other, SPLITS[split])
    if as_json:
        sys.stdout.write(json.dumps(facts) + "\n")
    else:
        Console().print(compare_view(facts))
    return DONE


def _chosen(text: str) -> Chosen:
    """What `RUN` or `RUN:AGENT` names."""
    folder, colon, agent = text.rpartition(":")
    if not colon or Path(text).exists():
        folder, agent = text, ""
    run = known(Path(folder))
    named = run.agent(agent or "champion") if agent or run.champion else AgentId("")
    if not named:
        raise ConfigError(f"{folder}: no agent was born there yet")
    return Chosen(Path(folder), run, named, whole=not agent)
