"""Benched agents as plain facts: what each attempt gave, pass@k, cost, and agents against the first named."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from math import comb
from typing import Any

from archive.events import Scored, Usage
from dgm.bench import Cell, history
from dgm.history import History
from dgm.paired import Paired, wilson
from dgm.report.comparison import difference

SET_ASIDE = "set aside"
"""Verdict of an attempt that failed for a reason of ours: counted as unresolved, and told."""


def pass_at(k: int, attempts: int, resolved: int) -> float:
    """The chance that one of `k` attempts resolves, unbiased (Chen et al. 2021, arXiv 2107.03374, eq. 1).

    `k` is at most `attempts`.
    """
    return 1.0 - comb(attempts - resolved, k) / comb(attempts, k)


def cell_facts(cell: Cell) -> dict[str, Any]:
    """One agent on one suite with one model, as far as it got; rates and intervals are None before that.

    `rate` and `interval` (Wilson, 95 %) are of each task's first attempt, for later ones are not independent
    of it; `pass_at` is the mean over the tasks with all attempts.
    """
    records = list(attempts(cell, history(cell)))
    verdicts: defaultdict[str, list[str]] = defaultdict(list)
    for record in records:
        if record["attempt"] == 1 or record["task"] in verdicts:
            verdicts[record["task"]].append(record["verdict"])
    first = [those[0] for those in verdicts.values()]
    n, resolved = len(first), first.count("resolved")
    whole = [those for those in verdicts.values() if len(those) == cell.attempts]
    return {
        "agent": cell.agent,
        "suite": cell.suite,
        "split": cell.split,
        "model": cell.model,
        "run": str(cell.folder),
        "n": n,
        "resolved": resolved,
        "rate": round(resolved / n, 4) if n else None,
        "interval": [round(bound, 4) for bound in wilson(resolved, n)] if n else None,
        "pass_at": {str(k): _mean_pass(k, whole) for k in range(1, cell.attempts + 1)} if whole else {},
        "attempts": len(records),
        "set_aside": sum(record["verdict"] == SET_ASIDE for record in records),
        "calls": sum(record["calls"] for record in records),
        "tokens": sum(record["tokens"] for record in records),
        "micro_usd": sum(record["micro_usd"] for record in records),
        "seconds": round(sum(record["seconds"] for record in records), 3),
        "tasks": dict(verdicts),
    }


def attempts(cell: Cell, known: History) -> Iterator[dict[str, Any]]:
    """Every attempt of the cell that has ended, in the order they were asked."""
    for ticket, asked in known.asked.items():
        end = known.scored.get(ticket) or known.failed.get(ticket)
        if asked.purpose != "bench" or end is None or asked.repeat >= cell.attempts:
            continue
        usage: Usage = end.usage
        yield {
            "agent": cell.agent,
            "suite": cell.suite,
            "split": cell.split,
            "model": cell.model,
            "task": asked.task,
            "attempt": asked.repeat + 1,
            "verdict": end.verdict if isinstance(end, Scored) else SET_ASIDE,
            "calls": usage.calls,
            "tokens": usage.tokens,
            "micro_usd": usage.micro_usd,
            "seconds": end.seconds,
            "run": str(cell.folder),
            "ticket": ticket,
        }


def against_first(cells: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Each agent against the first named, on the first attempts at the tasks that both have met.

    Difference of rates, 95 % interval (Newcombe 1998, method 10), McNemar's exact p.
    """
    bases: dict[tuple[str, ...], Mapping[str, Any]] = {}
    for cell in cells:
        base = bases.setdefault(_place(cell), cell)
        shared = cell["tasks"].keys() & base["tasks"].keys()
        if base is cell or not shared:
            continue
        paired = Paired.of(shared, _won(cell), _won(base))
        yield {
            **{name: cell[name] for name in ("agent", "suite", "split", "model")},
            "first": base["agent"],
            "n": paired.n,
            "only_agent": paired.only_a,
            "only_first": paired.only_b,
            **difference(paired),
        }


def _place(cell: Mapping[str, Any]) -> tuple[str, ...]:
    return cell["suite"], cell["split"], cell["model"]


def _won(cell: Mapping[str, Any]) -> Collection[str]:
    return [task for task, verdicts in cell["tasks"].items() if verdicts[0] == "resolved"]


def _mean_pass(k: int, tasks: Sequence[Sequence[str]]) -> float:
    chances = [pass_at(k, len(verdicts), verdicts.count("resolved")) for verdicts in tasks]
    return round(sum(chances) / len(chances), 4)
