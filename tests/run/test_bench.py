"""Agents are scored without evolving: what was measured is kept, counted once, and carried on."""

import csv
import json
from collections.abc import Mapping
from functools import partial
from io import StringIO
from math import comb
from pathlib import Path

import pytest
from rich.console import Console

from archive.check import problems
from benchmarks.task import Task
from dgm.bench import Cell, carry_on, cell, history, split_of
from dgm.cli.benching import bench, entrant
from dgm.cli.errors import BUDGET, DONE
from dgm.cli.inspect import known
from dgm.config import ConfigError
from dgm.controller import Controller, Progress
from dgm.report.bench import against_first, cell_facts, pass_at
from dgm.report.facts import card, run_summary
from dgm.report.lineage_tree import lineage_tree
from dgm.run import Watch
from dgm.run_toml import read
from tests.cli.command import complaint, dgm
from tests.run.mini import QUIET, MiniSuite, Tinkerer, mini_parts, parts_with, task


def cells(names: list[str], place: Path, attempts: int) -> list[Cell]:
    suite, settings = MiniSuite(), read(None, ["workers=1", "seed=7"])
    return [
        cell(entrant(name), suite, split_of(suite, "search"), "offline", attempts, settings, place)
        for name in names
    ]


def test_a_bench_goes_on_where_it_stopped_and_takes_more_attempts(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["seed", str(whole)]
    first = cells(names, tmp_path, 1)
    assert split_of(MiniSuite(), None) == "held_out"
    stopping: list[Controller] = []

    def after_two(state: Progress) -> None:
        if state.ended >= 2:
            stopping[0].stop("interrupted")

    stopped = carry_on(first[0], [], Watch(print, after_two, stopping.append), parts_of=mini_parts)
    assert stopped is not None
    assert stopped.reason == "interrupted"
    assert cell_facts(first[0])["n"] == 2
    for one in first:
        done = carry_on(one, [], QUIET, parts_of=mini_parts)
        assert done is not None
        assert done.reason == "done"
        assert carry_on(one, [], QUIET, parts_of=mini_parts) is None
    more = cells(names, tmp_path, 2)
    assert [one.folder for one in more] == [one.folder for one in first]
    assert carry_on(more[0], [], QUIET, parts_of=mini_parts) is not None
    asked = history(more[0]).asked.values()
    assert sorted({(a.task, a.repeat) for a in asked}) == [
        (f"search-{n}", r) for n in range(4) for r in (0, 1)
    ]
    assert len(asked) == 8
    assert {a.purpose for a in asked} == {"bench"}

    seed, champion = cell_facts(more[0]), cell_facts(first[1])
    assert (seed["resolved"], seed["n"], seed["attempts"]) == (1, 4, 8)
    assert seed["pass_at"] == {"1": 0.25, "2": 0.25}
    assert seed["tasks"]["search-0"] == ["resolved", "resolved"]
    assert cell_facts(first[0])["attempts"] == 4
    assert champion["resolved"] > 1
    (apart,) = against_first([seed, champion])
    gained = champion["resolved"] - 1
    assert (apart["n"], apart["only_agent"], apart["only_first"]) == (4, gained, 0)
    assert apart["interval"][0] <= apart["difference"] == gained / 4 <= apart["interval"][1]
    assert [problem for one in first for problem in problems(one.folder)] == []

    capsys.readouterr()
    lines = tmp_path / "attempts.csv"
    given = (names, "mini", "offline", "search", 1, tmp_path, None, ["seed=7"], lines)
    assert bench(*given, as_json=True, suite_of=lambda _: MiniSuite(), parts_of=mini_parts) == 0
    told = json.loads(capsys.readouterr().out)
    assert [cell["resolved"] for cell in told["cells"]] == [1, champion["resolved"]]
    assert told["against_first"] == [apart]
    with lines.open(newline="") as file:
        verdicts = [row["verdict"] for row in csv.DictReader(file)]
    assert verdicts.count("resolved") == 1 + champion["resolved"]
    assert len(verdicts) == 8


def test_a_limit_that_was_reached_is_told_with_what_lifts_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def benched(budget_usd: float | None, *sets: str) -> tuple[int, str]:
        given = (["seed"], "mini", "offline", "search", 1, tmp_path, budget_usd, ["seed=7", *sets], None)
        code = bench(*given, as_json=True, suite_of=lambda _: MiniSuite(), parts_of=mini_parts)
        return code, " ".join(capsys.readouterr().err.split())

    again = "nothing is lost; the same command goes on from here with"
    code, told = benched(0.0)
    assert (code, f"{again} --budget-usd 1" in told) == (BUDGET, True), told
    code, told = benched(1.0, "budget.calls=3")
    assert (code, f"{again} --set budget.calls=6" in told) == (BUDGET, True), told
    assert benched(1.0, "budget.calls=100")[0] == DONE


def test_what_sealed_tasks_told_is_shown(tmp_path: Path) -> None:
    class Sealed(MiniSuite):
        @property
        def tasks(self) -> Mapping[str, Task]:
            return {each.id: each for each in (task(0, "sealed"), task(1, "sealed"))}

    parts_of = partial(parts_with, Sealed(), Tinkerer())
    one = cell(entrant("seed"), Sealed(), "sealed", "offline", 1, read(None, ["seed=7"]), tmp_path)
    assert carry_on(one, [], QUIET, parts_of=parts_of) is not None
    run = known(one.folder)
    (agent,) = run.history.born
    told = card(run, agent)
    assert {name: each["verdict"] for name, each in told["verdicts"]["sealed"].items()} == {
        "sealed-0": "resolved",
        "sealed-1": "unresolved",
    }
    assert told["calls"] == run_summary(run)["calls"] > 0
    assert run_summary(run)["sealed"] == {agent: {"resolved": 1, "attempted": 2}}
    console = Console(width=100, record=True, file=StringIO())
    console.print(lineage_tree(run))
    assert f"sealed: #0 {agent[:8]} resolved 1 of 2" in console.export_text()


def test_pass_at_k_is_the_share_of_draws_that_hold_a_success() -> None:
    for attempts, resolved, k in ((5, 0, 3), (5, 1, 1), (5, 2, 3), (5, 5, 2), (4, 3, 2)):
        draws = comb(attempts, k)
        without = comb(attempts - resolved, k) if attempts - resolved >= k else 0
        assert pass_at(k, attempts, resolved) == pytest.approx((draws - without) / draws)


def test_agents_are_named_as_elsewhere(whole: Path, tmp_path: Path) -> None:
    assert entrant(f"{whole}:champion").tree == entrant(str(whole)).tree
    assert entrant(f"{whole}:0").tree == entrant("seed").tree != entrant(str(whole)).tree
    with pytest.raises(ConfigError, match=r"no agent; allowed: seed, a folder with agent\.toml"):
        entrant(str(tmp_path / "nowhere:1"))


def test_wrong_use_is_told_before_anything_is_measured(tmp_path: Path) -> None:
    assert "no agent" in complaint(dgm("bench", "nobody", "--folder", tmp_path / "b"), 2)
    told = complaint(dgm("bench", "seed", "--split", "sealed", "--folder", tmp_path / "b"), 2)
    assert "no task in split sealed" in told
    assert not (tmp_path / "b").exists()
