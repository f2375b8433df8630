"""`doctor`: what this machine can do, and the mend for what it can't."""

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from dgm.cli.errors import DONE, FAILED
from dgm.cli.evolve import RUNS
from dgm.report.machine import machine
from sandbox.diff import visible

_STYLES = {"enforced": "green", "watched": "yellow", "none": "red"}


def examine(*, as_json: bool) -> int:
    """Carry out `dgm doctor`; the exit code is 1 if no sandbox that isolates works."""
    facts = machine(RUNS)
    if as_json:
        sys.stdout.write(json.dumps(facts) + "\n")
    else:
        Console().print(Group(_programs(facts), Text(), _promises(facts["sandboxes"]), *_verdict(facts)))
    return DONE if facts["isolates"] else FAILED


def _programs(facts: Mapping[str, Any]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_row("", Text("system", style="bold"), Text(facts["system"]))
    for name, found in facts["programs"].items():
        table.add_row(_mark(well=found["works"]), Text(name, style="bold"), Text(visible(found["what"])))
    for name, disk in facts["disk"].items():
        free = f"{disk['free_bytes'] / 2**30:.1f} GiB free for {disk['folder']}"
        table.add_row(_mark(well=not disk["low"]), Text(f"disk: {name}", style="bold"), Text(visible(free)))
    return table


def _promises(sandboxes: Mapping[str, Any]) -> Table:
    table = Table(title="sandboxes, each promise tried", title_justify="left", box=None)
    table.add_column("promise")
    for name, found in sandboxes.items():
        table.add_column(name if found["isolates"] else f"{name} (no isolation)")
    names = dict.fromkeys(promise for found in sandboxes.values() for promise in found["promises"])
    for promise in names:
        strengths = [str(found["promises"].get(promise, "")) for found in sandboxes.values()]
        table.add_row(promise, *(Text(each, style=_STYLES.get(each, "default")) for each in strengths))
    return table


def _verdict(facts: Mapping[str, Any]) -> Iterator[Text]:
    for name, found in facts["sandboxes"].items():
        if not found["works"]:
            yield Text(visible(f"{name}: {found['fault']}"), style="red")
        for language, said in found["toolchains"].items():
            what = said or "no toolchain works in it: exercises in it can't be graded"
            yield Text(visible(f"{name}: {language}: {what}"), style="default" if said else "yellow")
    if facts["isolates"]:
        yield Text("Agents of any model can run here, isolated.", style="green")
    else:
        yield Text(
            "No sandbox that isolates works: only the offline model on the shipped suite runs, "
            "as plain processes.",
            style="red",
        )


def _mark(*, well: bool) -> Text:
    return Text("ok", style="green") if well else Text("--", style="yellow")
