"""The facts of a bench, drawn: agents across suites and models, their differences, and every task."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from sandbox.diff import visible

Facts = Mapping[str, Any]


def bench_view(cells: Sequence[Facts], differences: Sequence[Facts], *, tasks: bool) -> Group:
    """All tables; those of single tasks if `tasks`."""
    cells, differences = _briefly(cells), _briefly(differences)
    parts: list[Table | Text] = [_transfer(cells)]
    if differences:
        parts += [Text(), _differences(differences)]
    if tasks:
        for table in _per_task(cells):
            parts += [Text(), table]
    return Group(*parts)


def _transfer(cells: Sequence[Facts]) -> Table:
    table = Table(
        title="resolved at the first attempt, 95 % interval (Wilson)", title_justify="left", box=None
    )
    most = max((len(cell["pass_at"]) for cell in cells), default=0)
    later = [f"pass@{k}" for k in range(1, most + 1)] if most > 1 else []
    for title in ("agent", "suite", "model", "resolved", "rate", "interval", *later, "calls", "tokens", "$"):
        table.add_column(title, justify="left" if title in {"agent", "suite", "model"} else "right")
    for cell in cells:
        passed = [cell["pass_at"].get(name.removeprefix("pass@")) for name in later]
        table.add_row(
            *_text(cell["agent"], _suite(cell), cell["model"]),
            f"{cell['resolved']}/{cell['n']}" + _aside(cell),
            "" if cell["rate"] is None else f"{cell['rate']:.3f}",
            "" if cell["interval"] is None else "[{:.3f}, {:.3f}]".format(*cell["interval"]),
            *("" if one is None else f"{one:.3f}" for one in passed),
            f"{cell['calls']}",
            f"{cell['tokens']}",
            f"{cell['micro_usd'] / 1e6:.4f}",
        )
    return table


def _differences(differences: Sequence[Facts]) -> Table:
    title = f"less {visible(differences[0]['first'])}, 95 % interval (Newcombe, paired)"
    table = Table(title=title, title_justify="left", box=None)
    for name in ("agent", "suite", "model", "n", "only it", "only first", "difference", "interval", "p"):
        table.add_column(name, justify="left" if name in {"agent", "suite", "model"} else "right")
    for one in differences:
        table.add_row(
            *_text(one["agent"], _suite(one), one["model"]),
            *map(str, (one["n"], one["only_agent"], one["only_first"])),
            f"{one['difference']:+.3f}",
            "[{:+.3f}, {:+.3f}]".format(*one["interval"]),
            f"{one['mcnemar_p']:.3f}",
        )
    return table


def _per_task(cells: Sequence[Facts]) -> Iterator[Table]:
    """A table a suite and model: attempts that resolved of those made, by agent."""
    for (suite, model), group in groupby(cells, key=lambda cell: (_suite(cell), cell["model"])):
        those = list(group)
        table = Table(title=visible(f"{suite}, {model}"), title_justify="left", box=None)
        table.add_column("task")
        for cell in those:
            table.add_column(Text(visible(cell["agent"])), justify="right")
        for task in dict.fromkeys(task for cell in those for task in cell["tasks"]):
            verdicts = [cell["tasks"].get(task, ()) for cell in those]
            table.add_row(*_text(task), *(_score(each) for each in verdicts))
        yield table


def _briefly(those: Sequence[Facts]) -> Sequence[Facts]:
    """The same with suites called by the last part of their path, unless two would then be called alike."""
    brief = {one["suite"]: one["suite"].rstrip("/").rpartition("/")[2] for one in those}
    if len(set(brief.values())) < len(brief):
        return those
    return [{**one, "suite": brief[one["suite"]]} for one in those]


def _score(verdicts: Sequence[str]) -> Text:
    won = list(verdicts).count("resolved")
    return Text(f"{won}/{len(verdicts)}" if verdicts else "", style="green" if won else "dim")


def _aside(cell: Facts) -> str:
    return f" ({cell['set_aside']} set aside)" if cell["set_aside"] else ""


def _suite(facts: Facts) -> str:
    return str(facts["suite"]) if facts["split"] == "held_out" else f"{facts['suite']} {facts['split']}"


def _text(*texts: str) -> list[Text]:
    return [Text(visible(text)) for text in texts]
