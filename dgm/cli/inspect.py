"""`tree`, `show`, `diff`, `check`: reading a run, which needs no lock."""

import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console, Group

from archive.check import problems, repair
from archive.disk import DiskArchive
from dgm.cli.errors import DONE, FAILED
from dgm.report.card import card_view
from dgm.report.facts import Facts, card, facts, row, run_summary
from dgm.report.lineage_tree import lineage_tree
from sandbox.diff import render, visible


def known(folder: Path) -> Facts:
    """The facts of the run in `folder`."""
    return facts(DiskArchive.read(folder))


def lineage_view(folder: Path) -> Group:
    """The lineage, drawn."""
    return lineage_tree(known(folder))


def summary(folder: Path) -> dict[str, Any]:
    """The run in a few numbers, with its folder."""
    return {"run": str(folder), **run_summary(known(folder))}


def draw_tree(folder: Path, *, as_json: bool) -> int:
    """Carry out `dgm tree`."""
    run = known(folder)
    if as_json:
        return _json({**run_summary(run), "lineage": [row(run, agent) for agent in run.history.born]})
    Console().print(lineage_tree(run), crop=False)
    return DONE


def show_agent(folder: Path, agent: str, *, as_json: bool) -> int:
    """Carry out `dgm show`."""
    run = known(folder)
    facts_ = card(run, run.agent(agent))
    if as_json:
        return _json(facts_)
    Console().print(card_view(facts_))
    return DONE


def show_diff(folder: Path, agent: str, other: str | None, *, as_json: bool) -> int:
    """Carry out `dgm diff`."""
    run = known(folder)
    one = run.agent(agent)
    if other is None:
        parents = run.history.born[one].parents
        before, after = (parents[0] if parents else one), one
    else:
        before, after = one, run.agent(other)
    text = render(run.archive.tree(before), run.archive.tree(after))
    if as_json:
        return _json({"before": before, "after": after, "diff": text})
    sys.stdout.write(visible(text))
    if not text:
        sys.stderr.write("no difference\n")
    return DONE


def check_run(folder: Path, *, repair: bool, as_json: bool) -> int:
    """Carry out `dgm check`."""
    if repair:
        return _repaired(folder, as_json=as_json)
    found = [str(problem) for problem in problems(folder)]
    warnings = [] if found else run_summary(known(folder))["warnings"]
    if as_json:
        _json({"run": str(folder), "problems": found, "warnings": warnings})
    else:
        sys.stdout.write("".join(f"{visible(problem)}\n" for problem in found) or f"{folder}: all holds\n")
        sys.stdout.write("".join(f"warning: {visible(warning)}\n" for warning in warnings))
    return FAILED if found else DONE


def _repaired(folder: Path, *, as_json: bool) -> int:
    good = repair(folder)
    if as_json:
        return _json({"run": str(folder), "repaired": str(good)})
    sys.stdout.write(f"the good part of the journal is in {good}; nothing was overwritten\n")
    return DONE


def _json(value: object) -> int:
    sys.stdout.write(json.dumps(value) + "\n")
    return DONE
