"""`why` and `log`: what happened in a run, and why, as its journal tells it."""

import json
import sys
from collections import deque
from pathlib import Path

from rich.console import Console

from archive.events import EVENTS
from dgm.cli.errors import DONE
from dgm.cli.inspect import known
from dgm.config import ConfigError
from dgm.report.log import log_line, log_rows
from dgm.report.ticket import ticket_facts
from dgm.report.ticket_card import ticket_view


def explain_ticket(folder: Path, ticket: int, *, as_json: bool) -> int:
    """Carry out `dgm why`."""
    facts = ticket_facts(known(folder), ticket)
    if as_json:
        sys.stdout.write(json.dumps(facts) + "\n")
    else:
        Console().print(ticket_view(facts))
    return DONE


def show_log(folder: Path, agent: str | None, kinds: str | None, last: int | None, *, as_json: bool) -> int:
    """Carry out `dgm log`; model calls are told only when asked for by name."""
    wanted = frozenset(kinds.split(",")) if kinds is not None else EVENTS.keys() - {"reserved", "called"}
    unknown = sorted(wanted - EVENTS.keys())
    if unknown:
        raise ConfigError(f"--event {unknown[0]}: no event is called that; allowed: {', '.join(EVENTS)}")
    run = known(folder)
    of = None if agent is None else run.agent(agent)
    rows = deque(log_rows(run, of, frozenset(wanted)), maxlen=last)
    console = Console(soft_wrap=True)
    for row in rows:
        if as_json:
            sys.stdout.write(json.dumps(row) + "\n")
        else:
            console.print(log_line(row))
    return DONE
