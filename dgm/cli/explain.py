"""`why` and `log`: what happened in a run, and why, as its journal tells it."""

import json
import sys
from pathlib import Path

from rich.console import Console

from dgm.cli.errors import DONE
from dgm.cli.inspect import known
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
