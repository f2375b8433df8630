"""Two agents of one run or two, or two whole runs, as plain facts and in the terminal."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Group
from rich.text import Text

from archive.base import ArchiveError
from archive.events import AgentId
from dgm.report.comparison import Side, Split, dearer, equal_cost, met, resolved, versus
from dgm.report.comparison_view import comparison_view
from dgm.report.facts import Facts
from dgm.report.spent import Unit, champion_within, search_facts
from sandbox.diff import visible


class NothingInCommon(ArchiveError):
    """Two agents that no task tells apart; the message says what would give them one."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """An agent of a run; its champion, where the run is meant as a `whole`."""

    folder: Path
    known: Facts
    agent: AgentId
    whole: bool

    @property
    def name(self) -> str:
        """Such as `runs/001 agent #4`."""
        return f"{self.folder} agent #{self.known.history.born[self.agent].ordinal}"


def compare_facts(a: Chosen, b: Chosen, split: Split) -> dict[str, Any]:
    """The paired difference of two agents, at equal cost too; of two whole runs also what each spent.

    Raises:
        NothingInCommon: they are one agent, of different suites, or there is no task that both met.
    """
    _need_one_suite(a, b)
    if (a.folder.resolve(), a.agent) == (b.folder.resolve(), b.agent):
        raise NothingInCommon(f"{a.name} can't be compared with itself; name two, such as {a.folder}:0")
    told = _versus(a, a.agent, b, b.agent, split)
    if told is None:
        lacking = min((a, b), key=lambda each: len(met(each.known.history, each.agent, split)))
        raise NothingInCommon(_mend(lacking, split))
    facts = {"a": _who(a, split), "b": _who(b, split), **told}
    return {**facts, "searches": _searches(a, b, split)} if a.whole and b.whole else facts


def compare_view(facts: Mapping[str, Any]) -> Group:
    """Draw what `compare_facts` says."""
    parts = [_who_line(name, facts[name]) for name in ("a", "b")]
    parts += comparison_view(facts)
    if facts["split"] == "search":
        parts.append(Text("  these tasks guided the search, which flatters whom it chose", style="yellow"))
    if searches := facts.get("searches"):
        parts += _searches_lines(searches)
    return Group(*parts)


def _versus(a: Chosen, ours: AgentId, b: Chosen, theirs: AgentId, split: Split) -> dict[str, Any] | None:
    one = Side("a", a.known.archive, a.known.history, ours)
    other = Side("b", b.known.archive, b.known.history, theirs)
    told = versus(one, other, split)
    if told is not None and dearer(other, one, split):
        common = one.met(split).keys() & other.met(split).keys()
        told["equal_cost"] = equal_cost(other, one, split, sorted(common))
    return told


def _need_one_suite(a: Chosen, b: Chosen) -> None:
    started = [one.known.history.started for one in (a, b)]
    suites = {"unknown" if each is None else f"{each.suite} {each.suite_digest[:8]}" for each in started}
    if len(suites) > 1 or "unknown" in suites:
        told = " and ".join(sorted(suites))
        raise NothingInCommon(f"{a.folder} and {b.folder} have no tasks in common: suites {told}")


def _mend(one: Chosen, split: Split) -> str:
    if split == "search":
        return f"{one.name} met no search task that the other one met too"
    ordinal = one.known.history.born[one.agent].ordinal
    return (
        f"{one.name} met no held-out task that the other one met too; mend: `dgm fork {one.folder} --from "
        f"{ordinal} --set budget.evaluations=0` gives a run whose agent 0 it is, with all of them; or "
        "compare on the tasks that guided the search, with --split search"
    )


def _who(one: Chosen, split: Split) -> dict[str, Any]:
    ends = met(one.known.history, one.agent, split)
    return {
        "run": str(one.folder),
        "agent": one.agent,
        "ordinal": one.known.history.born[one.agent].ordinal,
        "champion": one.agent == one.known.champion,
        "met": len(ends),
        "resolved": len(resolved(ends)),
    }


def _searches(a: Chosen, b: Chosen, split: Split) -> dict[str, Any]:
    """What both searches took, and their champions when the dearer one had taken as much as the other."""
    runs = {"a": a, "b": b}
    took = {name: search_facts(one.folder, one.known) for name, one in runs.items()}
    unit: Unit = "micro_usd" if all(each["micro_usd"] for each in took.values()) else "tokens"
    least = min(each[unit] for each in took.values())
    then = {name: champion_within(one.known, unit, least) for name, one in runs.items()}
    return {
        **took,
        "unit": unit,
        "at": least,
        "champions": {name: runs[name].known.history.born[agent].ordinal for name, agent in then.items()},
        "comparison": _versus(a, then["a"], b, then["b"], split),
    }


def _who_line(name: str, facts: Mapping[str, Any]) -> Text:
    crown = " champion" if facts["champion"] else ""
    return Text(
        f"{name}: {visible(facts['run'])} #{facts['ordinal']} {facts['agent'][:8]}{crown}, "
        f"resolved {facts['resolved']} of {facts['met']}"
    )


def _searches_lines(facts: Mapping[str, Any]) -> list[Text]:
    lines = [
        f"search of {name}: {took['policy']}, {took['evaluations']} evaluations, "
        f"{took['expansions']} expansions, {took['tokens']} tokens, ${took['micro_usd'] / 1e6:.2f}"
        + "".join(f"; {told}" for told in took["controls"])
        for name, took in ((name, facts[name]) for name in ("a", "b"))
    ]
    at = f"${facts['at'] / 1e6:.2f}" if facts["unit"] == "micro_usd" else f"{facts['at']} tokens"
    ours, theirs = (f"{name}'s champion was #{ordinal}" for name, ordinal in facts["champions"].items())
    told, then = facts["comparison"], f"after {at} of search {ours}, {theirs}"
    if told is None:
        lines.append(
            f"{then}: they met no such task both, so that nothing is known at equal cost of the searches"
        )
    else:
        low, high = told["interval"]
        lines.append(f"{then}: a - b {told['difference']:+.3f} [{low:+.3f}, {high:+.3f}], n = {told['n']}")
    return [Text(line) for line in lines]
