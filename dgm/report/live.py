"""What a run shows while it goes on: journal facts, not iterations."""

from rich.table import Table
from rich.text import Text

from archive.events import Usage
from dgm.controller import Progress
from sandbox.diff import visible


def picture(state: Progress, *, one_line: bool = False) -> Table | Text:
    """The run now: agents, evaluations, best with interval, what is spent and left, what each worker does."""
    search = state.search
    best = search.champion()
    low, high = best.interval
    planned = search.planned_evaluations
    headline = Text(
        f"agents {len(search.agents)} ({len(state.history.rejected)} rejected)  "
        f"evaluations {len(state.history.scored)}/{planned}  "
        f"best {best.agent[:8]} {best.estimate:.2f} [{low:.2f}, {high:.2f}]  "
        f"{'  '.join(_spent(state))}  {_left(state, planned)}"
    )
    if one_line:
        return headline
    table = Table.grid()
    table.add_row(headline)
    for warning in state.warnings:
        table.add_row(Text(f"  {visible(warning)}", style="yellow"))
    for number, about in sorted(state.working.items()):
        table.add_row(Text(f"  ticket {number}: {about}", style="dim"))
    return table


def _spent(state: Progress) -> list[str]:
    """Each thing that a run can run out of, as far as it is bounded or used."""
    spent, budget = state.purse.ledger.spent, state.budget
    told = [f"${spent.micro_usd / 1e6:.2f}" + ("" if budget.usd is None else f" of ${budget.usd:.2f}")]
    if budget.tokens is not None:
        told.append(f"{spent.tokens:,} of {budget.tokens:,} tokens")
    if budget.calls is not None:
        told.append(f"{spent.calls:,} of {budget.calls:,} calls")
    rate = _an_hour(state, spent)
    return [*told, f"${rate:.2f}/h"] if rate else told


def _an_hour(state: Progress, spent: Usage) -> float:
    """Dollars an hour since this controller started."""
    since = spent.micro_usd - state.spent_before.micro_usd
    return since / 1e6 / (state.elapsed_seconds / 3600) if state.elapsed_seconds > 0 else 0.0


def _left(state: Progress, planned: int) -> str:
    """Time until whatever comes first: the plan's end, or that of the money or of the time."""
    missing = planned - len(state.history.scored)
    ends: list[tuple[float, str]] = []
    if state.ended and missing > 0:
        ends.append((state.elapsed_seconds / state.ended * missing, "left"))
    spent, budget = state.purse.ledger.spent, state.budget
    rate = _an_hour(state, spent)
    if budget.usd is not None and rate:
        ends.append((max(0.0, budget.usd - spent.micro_usd / 1e6) / rate * 3600, "until budget.usd"))
    if budget.seconds is not None:
        ends.append((max(0.0, budget.seconds - state.elapsed_seconds), "until budget.seconds"))
    if not ends:
        return ""
    seconds, what = min(ends)
    return f"about {seconds / 60:.0f} min {what}" if seconds >= 90 else f"about {seconds:.0f} s {what}"
