"""Any two agents, and whole runs, on the tasks that both met."""

import json
import shutil
from pathlib import Path

import pytest

from archive.disk import DiskArchive
from archive.events import AgentId, Stopped, Usage
from dgm.report.compare import Chosen, NothingInCommon, compare_facts, compare_view
from dgm.report.comparison_view import comparison_view
from dgm.report.facts import facts
from dgm.report.spent import champion_within, search_facts
from dgm.run import fork
from dgm.run_toml import read
from tests.cli.command import complaint, dgm
from tests.run.mini import QUIET, mini_parts
from tests.run.test_comparison import Told

DEAR, CHEAP = Usage(3, 2900, 100), Usage(1, 900, 100)


def told(champion: str, seed: str, usage: Usage = CHEAP) -> Told:
    """What the agents resolved (r) or not (u) of the held-out tasks, in order; `usage` is the champion's."""
    journal = Told(read(None))
    for agent, verdicts, spent in ((journal.champion, champion, usage), (journal.seed, seed, CHEAP)):
        for task, verdict in enumerate(verdicts):
            journal.attempt(agent, task, "resolved" if verdict == "r" else "unresolved", spent)
    journal.archive.record(Stopped("done", journal.champion))
    return journal


def chosen(journal: Told, agent: AgentId, name: str = "one") -> Chosen:
    return Chosen(Path("runs") / name, facts(journal.archive), agent, whole=False)


def test_agents_of_two_runs_meet_on_the_tasks_of_both() -> None:
    one, other = told("rrrru", "uuuuu"), told("rruu", "uuuu")
    a, b = chosen(one, one.champion), chosen(other, other.champion, "other")
    compared = compare_facts(a, b, "held_out")
    assert (compared["a"]["met"], compared["b"]["met"], compared["n"]) == (5, 4, 4)
    assert compared["counts"] == {"both": 2, "only_a": 2, "only_b": 0, "neither": 0}
    assert compared["difference"] == 0.5
    back = compare_facts(b, a, "held_out")
    assert back["difference"] == -0.5
    assert back["interval"] == [-bound for bound in reversed(compared["interval"])]


def test_whichever_is_dearer_is_held_against_several_attempts_of_the_other() -> None:
    journal = told("rrrr", "uuuu", DEAR)
    champion, seed = chosen(journal, journal.champion), chosen(journal, journal.seed)
    for a, b, dear, cheap in ((champion, seed, "a", "b"), (seed, champion, "b", "a")):
        compared = compare_facts(a, b, "held_out")
        at = compared["equal_cost"]
        assert (at["best_of"], at["attempts"], at["missing"]) == (cheap, 3, 8)
        shown = "\n".join(line.plain for line in comparison_view(compared))
        assert f"nothing at equal cost: {dear} costs as much as 3 attempts of {cheap}, not made" in shown
    for repeat in (1, 2):
        for task in range(4):
            journal.attempt(journal.seed, task, "resolved" if task else "unresolved", CHEAP, repeat, repeat)
    champion, seed = chosen(journal, journal.champion), chosen(journal, journal.seed)
    at = compare_facts(seed, champion, "held_out")["equal_cost"]
    assert (at["missing"], at["resolved"], at["difference"]) == (0, {"b": 4, "a": 3}, 0.25)


def test_what_can_not_be_compared_is_said_with_what_would_mend_it() -> None:
    journal = told("rr", "")
    champion, seed = chosen(journal, journal.champion), chosen(journal, journal.seed)
    with pytest.raises(
        NothingInCommon, match=r"agent #0 met no held-out.*--from 0 --set budget.evaluations=0"
    ):
        compare_facts(champion, seed, "held_out")
    with pytest.raises(NothingInCommon, match="met no search task"):
        compare_facts(champion, seed, "search")
    with pytest.raises(NothingInCommon, match="can't be compared with itself"):
        compare_facts(champion, champion, "held_out")


def test_whole_runs_and_what_their_searches_took(whole: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    shutil.copytree(whole, again, symlinks=True)
    compared = json.loads(dgm("compare", whole, again, "--json").stdout)
    assert compared["difference"] == 0
    searches = compared["searches"]
    assert searches["a"] == searches["b"]
    assert searches["a"]["policy"] == "phylo"
    assert (searches["unit"], searches["at"]) == ("tokens", searches["a"]["tokens"])
    assert searches["champions"] == {"a": compared["a"]["ordinal"], "b": compared["b"]["ordinal"]}
    known = facts(DiskArchive.read(whole))
    assert champion_within(known, "tokens", searches["at"]) == known.champion
    assert champion_within(known, "tokens", 0) == next(iter(known.history.born))
    asked = [each for each in known.history.asked.values() if each.purpose == "search"]
    took = search_facts(whole, known)
    assert took["evaluations"] + took["expansions"] == len(asked)


def test_on_the_search_tasks_a_warning_stands_beside_it(whole: Path) -> None:
    shown = dgm("compare", f"{whole}:champion", ":0", "--split", "search").stdout
    assert "search tasks" in shown
    assert "guided the search" in shown
    known = facts(DiskArchive.read(whole))
    seed = next(iter(known.history.born))
    assert known.champion is not None
    pair = (Chosen(whole, known, agent, whole=False) for agent in (known.champion, seed))
    assert compare_view(compare_facts(*pair, "held_out")).renderables


def test_the_mend_that_is_named_mends(whole: Path, tmp_path: Path) -> None:
    known = facts(DiskArchive.read(whole))
    ends = {agent: known.history.scores(agent, "held_out") for agent in known.history.born}
    agent = next(agent for agent, scores in ends.items() if not scores)
    ordinal = known.history.born[agent].ordinal
    told = complaint(dgm("compare", f"{whole}:{ordinal}", ":champion"), 1)
    assert f"--from {ordinal} --set budget.evaluations=0" in told
    place = tmp_path / "forked"
    assert (
        fork(whole, str(ordinal), place, ["budget.evaluations=0"], QUIET, parts_of=mini_parts).reason
        == "done"
    )
    compared = json.loads(dgm("compare", f"{place}:0", f"{whole}:champion", "--json").stdout)
    assert compared["n"] == 2


def test_wrong_use(whole: Path, tmp_path: Path) -> None:
    assert "--split sealed: expected one of held_out, search" in complaint(
        dgm("compare", whole, ":0", "--split", "sealed"), 2
    )
    assert "no agent '999'" in complaint(dgm("compare", f"{whole}:999", ":0"), 1)
    assert "no run here" in complaint(dgm("compare", tmp_path / "none", whole), 1)
