"""Champion against seed, from a journal whose numbers can be counted by hand."""

import json
from io import StringIO

import pytest
from rich.console import Console

from archive.events import AgentId, Failed, Scored, Started, Stopped, TaskId, Usage
from archive.memory import MemoryArchive
from dgm.config import Config
from dgm.jobs import Evaluate, Expand, Ticket
from dgm.paired import smallest_detectable
from dgm.report.card import card_view
from dgm.report.comparison_view import comparison_view
from dgm.report.facts import card, facts, run_summary
from dgm.report.lineage_tree import lineage_tree
from dgm.run_toml import read, to_toml
from tests.run.played import born


class Told:
    """A journal of a seed, one child, and what became of their held-out tasks."""

    def __init__(self, config: Config) -> None:
        self.archive = MemoryArchive()
        said = self.archive.put(to_toml(config).encode())
        self.archive.record(Started("run", 0, 0, said, "mini", "0" * 64, {}))
        self.seed = self._born(0, ())
        self.number = 1
        self.archive.record(_expand(1, self.seed).asked(0))
        self.champion = self._born(1, (self.seed,))

    def attempt(
        self, agent: AgentId, task: int, verdict: str, usage: Usage, repeat: int = 0, passed: int = 0
    ) -> None:
        self.number += 1
        job = Evaluate(agent, TaskId(f"h{task}"), repeat)
        self.archive.record(Ticket(self.number, job, "held_out", {"champion": self.champion}).asked(0))
        if verdict == "failed":
            self.archive.record(Failed(self.number, "ours", "broke"))
            return
        blob = self.archive.put(json.dumps({"verdict": verdict, "visible": {"passed": passed}}).encode())
        assert verdict in {"resolved", "unresolved"}
        self.archive.record(
            Scored(self.number, agent, job.task, "held_out", verdict, "", blob, blob, usage)  # type: ignore[arg-type]
        )

    def _born(self, ticket: int, parents: tuple[AgentId, ...]) -> AgentId:
        event = born(self.archive, ticket, parents)
        self.archive.record(event)
        return event.agent


def _expand(number: int, parent: AgentId) -> Ticket:
    return Ticket(number, Expand(parent), "search", {})


RESULTS = {
    "champion": ["resolved"] * 6 + ["unresolved", "failed"],
    "seed": [
        "resolved",
        "resolved",
        "unresolved",
        "unresolved",
        "failed",
        "unresolved",
        "resolved",
        "resolved",
    ],
}


def told(micro_usd: int = 0) -> Told:
    journal = Told(read(None, ["report.discordance=0.5"]))
    for agent, name in ((journal.champion, "champion"), (journal.seed, "seed")):
        for task, verdict in enumerate(RESULTS[name]):
            journal.attempt(agent, task, verdict, Usage(1, 900, 100, micro_usd))
    journal.archive.record(Stopped("done", journal.champion))
    return journal


def test_counts_by_hand() -> None:
    journal = told()
    compared = run_summary(facts(journal.archive))["comparison"]
    assert compared["resolved"] == {"champion": 6, "seed": 4}
    assert compared["counts"] == {"both": 2, "only_champion": 4, "only_seed": 2, "neither": 0}
    assert compared["set_aside"] == {"champion": 1, "seed": 1}
    assert (compared["n"], compared["difference"]) == (8, 0.25)
    assert compared["mcnemar_p"] == 2 * (1 + 6 + 15) / 64
    assert compared["discordance"] == 0.5
    assert compared["smallest_detectable"] == smallest_detectable(8, 0.5) is None
    assert compared["resolved_per_usd"] == {"champion": None, "seed": None}
    assert compared["resolved_per_million_tokens"] == pytest.approx(
        {"champion": 6 / 0.007, "seed": 4 / 0.007}, rel=1e-6
    )
    assert card(facts(journal.archive), journal.champion)["comparison"] == compared
    assert card(facts(journal.archive), journal.seed)["comparison"] is None


def test_money_counts_where_there_is_any() -> None:
    compared = run_summary(facts(told(micro_usd=250_000).archive))["comparison"]
    assert compared["resolved_per_usd"] == pytest.approx({"champion": 6 / 1.75, "seed": 4 / 1.75}, rel=1e-6)
    shown = "\n".join(line.plain for line in comparison_view(compared))
    for words in ("+0.250", "n = 8", "champion alone 4", "per dollar: champion 3.429", "champion 1, seed 1"):
        assert words in shown


def test_at_equal_cost_the_seeds_best_by_visible_tests_counts() -> None:
    journal = Told(read(None))
    dear, cheap = Usage(3, 2900, 100), Usage(1, 900, 100)
    for task in range(4):
        journal.attempt(journal.champion, task, "resolved", dear)
        journal.attempt(journal.seed, task, "unresolved", cheap, passed=3)
    journal.archive.record(Stopped("interrupted", journal.champion))
    compared = run_summary(facts(journal.archive))["comparison"]["equal_cost"]
    assert (compared["attempts"], compared["missing"], compared["resolved"]["seed"]) == (3, 8, 0)
    # The best by visible tests counts, the first of equals, whatever the hidden tests say of the others.
    for task, passed in enumerate([(4, 4), (3, 3), (2, 5)]):
        for repeat, (verdict, count) in enumerate(zip(("resolved", "unresolved"), passed, strict=True), 1):
            journal.attempt(journal.seed, task, verdict, cheap, repeat, count)
    journal.attempt(journal.seed, 3, "failed", cheap, 1)
    journal.attempt(journal.seed, 3, "resolved", cheap, 2, 4)
    summary = run_summary(facts(journal.archive))
    compared = summary["comparison"]["equal_cost"]
    assert (compared["attempts"], compared["missing"], compared["resolved"]["seed"]) == (3, 0, 2)
    assert compared["counts"] == {"both": 2, "only_champion": 2, "only_seed": 0, "neither": 0}
    # Further attempts change neither the seed's own record nor what an attempt of it costs.
    assert summary["comparison"]["resolved"]["seed"] == summary["held_out"][journal.seed]["resolved"] == 0
    shown = "\n".join(line.plain for line in comparison_view(summary["comparison"]))
    assert "best of 3 by visible tests resolved 2 of 4" in shown


def test_only_tasks_that_both_met_are_compared() -> None:
    journal = Told(read(None))
    assert run_summary(facts(journal.archive))["comparison"] is None
    journal.attempt(journal.champion, 0, "resolved", Usage())
    journal.archive.record(Stopped("interrupted", journal.champion))
    assert run_summary(facts(journal.archive))["comparison"] is None
    journal.attempt(journal.seed, 0, "unresolved", Usage())
    journal.attempt(journal.seed, 1, "unresolved", Usage())
    assert run_summary(facts(journal.archive))["comparison"]["n"] == 1


def test_the_champion_may_be_the_seed() -> None:
    journal = Told(read(None))
    journal.attempt(journal.seed, 0, "resolved", Usage())
    journal.archive.record(Stopped("done", journal.seed))
    assert run_summary(facts(journal.archive))["comparison"] is None


def test_where_the_seed_meets_no_held_out_task_the_run_says_so() -> None:
    journal = Told(read(None, ["report.seed_agent=false"]))
    for task, verdict in enumerate(RESULTS["champion"]):
        journal.attempt(journal.champion, task, verdict, Usage())
    journal.archive.record(Stopped("done", journal.champion))
    known = facts(journal.archive)
    assert run_summary(known)["held_out"] == {journal.champion: {"resolved": 6, "attempted": 7}}
    for view in (lineage_tree(known), card_view(card(known, journal.champion))):
        console = Console(width=110, record=True, file=StringIO())
        console.print(view)
        shown = console.export_text()
        assert "no comparison: the seed agent was not to meet the held-out tasks" in shown
        assert "champion - seed" not in shown
