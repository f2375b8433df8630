"""`monitor`: exploration, exploitation, and whether estimates told what came later."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from dgm.cli.errors import DONE
from dgm.cli.inspect import known
from dgm.report.monitor import monitor_facts, monitor_view


def monitor(folders: Sequence[Path], *, as_json: bool) -> int:
    """Carry out `dgm monitor`."""
    facts = monitor_facts([(folder, known(folder)) for folder in folders])
    if as_json:
        sys.stdout.write(json.dumps(facts) + "\n")
    else:
        Console().print(monitor_view(facts))
    return DONE
