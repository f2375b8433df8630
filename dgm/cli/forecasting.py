"""`run --dry-run`: what a run would cost, before it is started."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from dgm.cli.errors import DONE
from dgm.config import Config
from dgm.forecast import MEASURED_RANGE, STAND_IN_RANGE, Forecast, forecast
from dgm.givens import priced, seed_tree
from dgm.prices import listed_on
from dgm.run import OpenParts, open_parts


def tell_forecast(
    settings: Config, evaluations: int | None, *, as_json: bool, parts_of: OpenParts = open_parts
) -> int:
    """Carry out `dgm run --dry-run`; with `evaluations`, so many are made for real, and paid for."""
    console = Console(stderr=as_json)
    seed_tree(settings)
    settings = priced(settings, console.print)
    found = forecast(settings, console.print, evaluations=evaluations, parts_of=parts_of)
    facts = _facts(settings, found, stand_in=evaluations is None)
    if as_json:
        sys.stdout.write(json.dumps(facts) + "\n")
    else:
        _draw(console, facts)
    return DONE


def _facts(settings: Config, found: Forecast, *, stand_in: bool) -> dict[str, Any]:
    budget = settings.budget
    limits = {
        "calls": budget.calls,
        "tokens": budget.tokens,
        "micro_usd": budget.cap.micro_usd,
        "seconds": budget.seconds,
    }
    likely, low, high = asdict(found.likely), asdict(found.low), asdict(found.high)
    return {
        "jobs": asdict(found.jobs),
        "workers": settings.workers,
        "measured": {
            **found.measured,
            "by": "the offline stand-in" if stand_in else " and ".join(settings.model.names),
        },
        "range": list(STAND_IN_RANGE if stand_in else MEASURED_RANGE),
        **{
            name: {
                "low": round(low[name]),
                "likely": round(likely[name]),
                "high": round(high[name]),
                "limit": limit,
            }
            for name, limit in limits.items()
        },
        "models": list(settings.model.names),
        "prices": {name: price.model_dump() for name, price in settings.prices.items()},
        "listed_on": listed_on(),
        "spent_micro_usd": found.spent_micro_usd,
    }


def _draw(console: Console, facts: Mapping[str, Any]) -> None:
    jobs, measured = facts["jobs"], facts["measured"]
    low, high = facts["range"]
    console.print(
        f"the plan: {jobs['solve']} attempts at a task, {jobs['held_out']} of them held out, and "
        f"{jobs['improve']} expansions, by {facts['workers']} workers with {' and '.join(facts['models'])}"
    )
    console.print(
        f"measured: {measured['solve']} attempts and {measured['improve']} expansions, by the seed agent and "
        f"its child with {measured['by']}; the range is {low:g} to {high:g} times what that gives, "
        "with nothing read from a cache"
    )
    table = Table(box=None)
    for column in ("", "likely", "from", "to", "limit"):
        table.add_column(column, justify="right" if column else "left")
    shown = {"calls": ",.0f", "tokens": ",.0f", "micro_usd": ",.2f", "seconds": ",.1f"}
    units = {"micro_usd": ("dollars", 1e6), "seconds": ("hours", 3600.0)}
    for name, form in shown.items():
        label, unit = units.get(name, (name, 1.0))
        told = [facts[name][each] for each in ("likely", "low", "high", "limit")]
        table.add_row(label, *(Text("none" if it is None else format(it / unit, form)) for it in told))
    console.print(table)
    short = [
        units.get(name, (name,))[0]
        for name in shown
        if (limit := facts[name]["limit"]) and limit < facts[name]["likely"]
    ]
    if short:
        console.print(f"it likely stops before its end, for want of {' and '.join(short)}")
    if facts["prices"]:
        console.print(f"prices: the list of {facts['listed_on']} or run.toml's; check them, they change")
    if facts["spent_micro_usd"]:
        console.print(f"measuring cost ${facts['spent_micro_usd'] / 1e6:.4f}")
