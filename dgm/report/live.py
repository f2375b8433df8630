"""What a run shows while it goes on: journal facts, not iterations."""

from rich.table import Table
from rich.text import Text

from dgm.controller import Progress


def picture(state: Progress, *, one_line: bool = False) -> Table | Text:
    """The run now: agents, evaluations, best with interval, cost, what each worker does, time left."""
    search = state.search
    best = search.champion()
    low, high = best.interval
    planned = search.planned_evaluations
    headline = Text(
        f"agents {len(search.agents)} ({len(state.history.rejected)} rejected)  "
        f"evaluations {len(state.history.scored)}/{planned}  "
        f"best {best.agent[:8]} {best.estimate:.2f} [{low:.2f}, {high:.2f}]  "
        f"${state.purse.ledger.spent.micro_usd / 1e6:.2f}  {_left(state, planned)}"
    )
    if one_line:
        return headline
    table = Table.grid()
    table.add_row(headline)
    for number, about in sorted(state.working.items()):
        table.add_row(Text(f"  ticket {number}: {about}", style="dim"))
    return table


def _left(state: Progress, planned: int) -> str:
    missing = planned - len(state.history.scored)
    if not state.ended or missing <= 0:
        return ""
    seconds = state.elapsed_seconds / state.ended * missing
    return f"about {seconds / 60:.0f} min left" if seconds >= 90 else f"about {seconds:.0f} s left"
