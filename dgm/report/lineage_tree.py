"""The lineage as a tree in the terminal."""

from collections.abc import Mapping
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from archive.events import AgentId, Born
from dgm.held_out import DRAWN
from dgm.report.comparison_view import comparison_view
from dgm.report.facts import Facts, row, run_summary
from dgm.report.models import models_view
from sandbox.diff import visible

LEAST_COLUMNS = 60
"""For an agent's line, however deep it stands."""
_INDENT = 4


@dataclass(frozen=True)
class _Wide:
    """A tree as wide as its depth asks for: rich leaves out what has no room."""

    tree: Tree
    depth: int

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        needed = _INDENT * self.depth + LEAST_COLUMNS
        yield from console.render(self.tree, options.update_width(max(options.max_width, needed)))


def lineage_tree(known: Facts) -> Group:
    """Every agent under its first parent, then the run in a few numbers.

    A deep lineage is wider than a console: to be printed with `crop=False`.
    """
    roots = [agent for agent, born in known.history.born.items() if not born.parents]
    drawn = Tree(
        "agents (own score, the policy's estimate, its 95 % interval, clade's CMP)", guide_style="dim"
    )
    waiting: list[tuple[Tree, AgentId, int]] = [(drawn, agent, 1) for agent in roots]
    depth = 0
    for branch, agent, depth in waiting:
        place = branch.add(_line(known, agent))
        births = (end for end in known.history.offspring(agent) if isinstance(end, Born))
        waiting += [(place, born.agent, depth + 1) for born in births if born.parents[0] == agent]
    return Group(_Wide(drawn, depth), *_footer(known))


def _line(known: Facts, agent: AgentId) -> Text:
    facts = row(known, agent)
    low, high = facts["interval"]
    text = Text()
    text.append(f"#{facts['ordinal']} ", style="bold")
    text.append(f"{agent[:8]} ", style="cyan")
    text.append(f"{facts['resolved']}/{facts['attempted']} ", style="bold green")
    text.append(f"{facts['estimate']:.2f} [{low:.2f}, {high:.2f}] cmp {facts['cmp']:.2f}")
    if facts["children"] or facts["rejected"]:
        text.append(f" children {facts['children']}")
        text.append(f" (+{facts['rejected']} rejected)" if facts["rejected"] else "")
    others = (known.history.born[parent].ordinal for parent in facts["parents"][1:])
    text.append("".join(f" merged with #{other}" for other in others), style="magenta")
    text.append(" vetoed" if facts["vetoed"] else "", style="bold red")
    kinds = dict.fromkeys(flag.partition(":")[0] for flag in facts["flags"])
    text.append("".join(f" {visible(kind)}" for kind in kinds), style="red")
    text.append(" champion" if facts["champion"] else "", style="bold yellow")
    text.append(f"  {visible(facts['summary'])[:72]}", style="dim")
    return text


def _footer(known: Facts) -> list[Text | Table]:
    summary = run_summary(known)
    lines: list[Text | Table] = [
        Text(
            f"{summary['agents']} agents, {summary['rejected']} rejected, "
            f"{summary['evaluations']} evaluations, {summary['calls']} model calls, "
            f"${summary['micro_usd'] / 1e6:.2f} ({summary['models']})"
        )
    ]
    lines += [Text(told, style="yellow") for told in summary["controls"]]
    if estimated := summary["estimated_micro_usd"]:
        lines.append(Text(f"${estimated / 1e6:.4f} of it is estimated, for calls whose reply was lost"))
    if saved := summary["saved_micro_usd"]:
        lines.append(Text(f"${saved / 1e6:.4f} more was saved: those replies were served from a cassette"))
    for agent, score in summary["held_out"].items():
        who = _met_as(known, agent, summary["seed"])
        lines.append(Text(f"held out: {who} {_scored(known, agent, score)}"))
    for agent, score in summary["sealed"].items():
        lines.append(Text(f"sealed: {_scored(known, agent, score)}"))
    if summary["comparison"]:
        lines += comparison_view(summary["comparison"])
    return [*lines, *models_view(summary)]


def _scored(known: Facts, agent: AgentId, score: Mapping[str, int]) -> str:
    name = f"#{known.history.born[agent].ordinal} {agent[:8]}"
    return f"{name} resolved {score['resolved']} of {score['attempted']}"


def _met_as(known: Facts, agent: AgentId, seed: AgentId) -> str:
    """Why an agent met the held-out tasks."""
    if agent in {known.champion, seed}:
        return "champion" if agent == known.champion else "seed"
    asked = (asked for asked in known.history.asked.values() if asked.agent == agent)
    drawn = any(each.purpose == "held_out" and each.why.get("rule") == DRAWN for each in asked)
    return "drawn at random" if drawn else "earlier look"
