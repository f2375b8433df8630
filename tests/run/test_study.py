"""Several runs side by side: from journals whose numbers are counted by hand, and for real in miniature."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from archive.check import problems
from archive.disk import DiskArchive
from archive.events import Stopped, Usage
from dgm.cli.errors import DONE, FAILED, INTERRUPTED
from dgm.cli.studying import study
from dgm.config import Config, ConfigError, ReportSection
from dgm.held_out import random_agent
from dgm.history import History
from dgm.models.base import ChatReply, ChatRequest
from dgm.report.facts import Facts, facts
from dgm.report.study import study_facts, study_row
from dgm.report.study_view import study_view
from dgm.run import Parts
from dgm.run_toml import read
from tests.cli.command import complaint, dgm
from tests.run.mini import MiniSuite, Tinkerer, mini_parts, parts_with
from tests.run.test_comparison import Told
from tests.run.test_fatal import Locked

NOWHERE = Path("no run")


def run(champion: str, seed: str = "") -> Facts:
    """A run whose agents resolved (r) or not (u) the held-out tasks, in order."""
    told = Told(read(None, []))
    for agent, verdicts in ((told.champion, champion), (told.seed, seed)):
        for task, verdict in enumerate(verdicts):
            told.attempt(agent, task, "resolved" if verdict == "r" else "unresolved", Usage(1))
    told.archive.record(Stopped("done", told.champion))
    return facts(told.archive)


def row(seed: int, report: ReportSection, **champions: Facts) -> dict[str, Any]:
    return study_row(seed, {policy: (NOWHERE, known) for policy, known in champions.items()}, report)


def test_a_champion_stands_beside_its_controls() -> None:
    controlled = ReportSection(random_agent=True)
    told = row(0, controlled, hgm=run("rrrrrruu", "ruuuuuuu"), uniform=run("rruuuuur", "ruuuuuuu"))
    of = told["entrants"]
    assert list(of) == ["hgm", "uniform", "seed agent", "random agent"]
    assert {key: of["hgm"][key] for key in ("resolved", "n", "agents")} == {
        "resolved": 6,
        "n": 8,
        "agents": 2,
    }
    assert (of["uniform"]["resolved"], of["uniform"]["only_it"], of["uniform"]["only_first"]) == (3, 1, 4)
    assert of["seed agent"]["difference"] == -5 / 8
    low, high = of["seed agent"]["interval"]
    assert low < -5 / 8 < high < 0
    assert of["random agent"]["resolved"] in {1, 6}


def test_means_over_run_seeds_are_paired_by_seed() -> None:
    alone = ReportSection(seed_agent=False)
    first = ["rrrruuuu", "rruuuuuu", "ruuuuuuu"]
    other = ["rrrrrruu", "rrrruuuu", "rrruuuuu"]
    rows = [
        row(seed, alone, hgm=run(a), phylo=run(b), greedy=run(a))
        for seed, (a, b) in enumerate(zip(first, other, strict=True))
    ]
    told = study_facts(rows)
    hgm, phylo, greedy = told["entrants"].values()
    assert (told["first"], hgm["rate"], phylo["rate"]) == ("hgm", round(7 / 24, 4), round(13 / 24, 4))
    low, high = hgm["rate_interval"]
    assert 1 / 8 <= low < 7 / 24 < high <= 1 / 2
    # Seeds differ much, the pairs not at all: only what is paired by seed is this sure.
    assert (phylo["difference"], phylo["difference_interval"]) == (0.25, [0.25, 0.25])
    assert (greedy["difference"], greedy["difference_interval"]) == (0.0, [0.0, 0.0])
    assert "difference" not in hgm
    assert (hgm["expansions"], hgm["evaluations"], hgm["micro_usd"]) == (1, 0, 0)
    console = Console(width=140, record=True, file=StringIO())
    console.print(study_view(told))
    shown = console.export_text()
    for words in ("4/8", "6/8", "0.542 [", "+0.250 [+0.250, +0.250]", "less hgm", "expansions"):
        assert words in shown
    assert study_facts(rows[:1])["entrants"]["phylo"]["difference_interval"] is None


def test_the_random_agent_is_one_of_the_archive_and_the_same_again() -> None:
    known = run("ru", "uu")
    agents = list(known.history.born)
    drawn = {random_agent(agents, seed) for seed in range(20)}
    assert drawn == set(agents)
    assert random_agent(agents, 3) == random_agent(agents, 3)


@pytest.mark.parametrize("seeds", ["x", "3-1", "", "1-x", "-1"])
def test_seeds_that_are_none_are_refused(seeds: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="such as 0-4"):
        study(tmp_path / "study", seeds, None, [], as_json=False)
    assert not (tmp_path / "study").exists()


def test_a_policy_that_is_none_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"--policy: no 'best'; there are darwin, greedy, hgm, phylo"):
        study(tmp_path / "study", "0-1", "hgm,best", [], as_json=False)
    assert not (tmp_path / "study").exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("search.policy=hgm", "--set search.policy: each run of a study has its own; mend: use --policy"),
        ('search={policy="hgm"}', "--set search.policy: "),
        ("seed=7", "--set seed: each run of a study has its own; mend: use --seeds"),
    ],
)
def test_what_each_run_has_of_its_own_is_no_setting(given: str, said: str, tmp_path: Path) -> None:
    folder = tmp_path / "study"
    assert said in complaint(dgm("study", "--folder", folder, "--set", given), 2)
    assert not folder.exists()


SMALL = ["budget.evaluations=3", "budget.expansions=2", "search.initial_expansions=2", "workers=1"]


class Stopping(Tinkerer):
    """Asks for what Ctrl-C does while a run goes on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def complete(self, request: ChatRequest) -> ChatReply:
        (self.folder / "stop").touch()
        return super().complete(request)


@pytest.mark.slow
def test_a_study_stops_goes_on_and_takes_more(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def stopped(config: Config, notice: Callable[[str], None]) -> AbstractContextManager[Parts]:
        name = f"{config.search.policy}-{config.seed}"
        model = Stopping(tmp_path / name) if name == "uniform-1" else Tinkerer()
        return parts_with(MiniSuite(), model, config, notice)

    def studied(seeds: str, policies: str, parts_of: Any, sets: list[str] = SMALL) -> tuple[int, Any]:
        given = (tmp_path, seeds, policies, sets)
        code = study(*given, as_json=True, suite_of=lambda _: MiniSuite(), parts_of=parts_of)
        return code, json.loads(capsys.readouterr().out)

    def journals() -> dict[str, bytes]:
        return {each.parent.name: each.read_bytes() for each in tmp_path.glob("*/journal.jsonl")}

    code, told = studied("0-1", "uniform,greedy", stopped)
    assert code == INTERRUPTED
    assert [each["seed"] for each in told["rows"]] == [0]
    before = journals()
    assert sorted(before) == ["greedy-0", "uniform-0", "uniform-1"]

    def locked(config: Config, notice: Callable[[str], None]) -> AbstractContextManager[Parts]:
        return parts_with(MiniSuite(), Locked(0), config, notice)

    code, told = studied("0-1", "uniform,greedy", locked)
    assert code == FAILED
    assert [each["seed"] for each in told["rows"]] == [0]
    assert journals().keys() == before.keys()

    code, told = studied("0-1", "uniform,greedy", mini_parts)
    assert code == DONE
    after = journals()
    assert {name for name in before if after[name] != before[name]} == {"uniform-1"}
    assert after["uniform-1"].startswith(before["uniform-1"])
    for each in told["rows"]:
        for policy, one in each["entrants"].items():
            known = History(
                e.event for e in DiskArchive.read(tmp_path / f"{policy}-{each['seed']}").entries()
            )
            assert known.stopped is not None
            met = known.scores(known.stopped.champion, "held_out")
            assert one["resolved"] == sum(scored.verdict == "resolved" for scored in met.values())
            assert one["n"] == len(met) == sum(asked.purpose == "held_out" for asked in known.asked.values())
            assert one["evaluations"] == 3
    assert [problem for name in after for problem in problems(tmp_path / name)] == []

    # The champions of other runs join; nothing is run again, nor mixed with what had other settings.
    code, told = studied("0", "uniform,greedy,hgm", mini_parts)
    assert (code, list(told["entrants"])) == (DONE, ["uniform", "greedy", "hgm"])
    assert {name: text for name, text in journals().items() if name != "hgm-0"} == after
    for setting, said in (
        ("budget.evaluations=4", r"uniform-0 was begun with budget\.evaluations = 3, not 4"),
        ("report.seed_agent=true", r"report\.seed_agent = False, not True"),
    ):
        with pytest.raises(ConfigError, match=said):
            studied("0", "uniform", mini_parts, [*SMALL, setting])
