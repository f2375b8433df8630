"""Several runs side by side, from journals whose numbers can be counted by hand."""

from pathlib import Path

import pytest
from rich.console import Console

from archive.events import Stopped, Usage
from dgm.cli.studying import study
from dgm.config import ConfigError, read
from dgm.report.facts import Facts, facts
from dgm.report.study import study_row, study_table
from dgm.search import random_agent
from tests.run.test_comparison import Told


def run(champion: str, seed: str) -> Facts:
    """A run whose agents resolved (r) or not (u) the held-out tasks, in order."""
    told = Told(read(None, []))
    for agent, verdicts in ((told.champion, champion), (told.seed, seed)):
        for task, verdict in enumerate(verdicts):
            told.attempt(agent, task, "resolved" if verdict == "r" else "unresolved", Usage(1))
    told.archive.record(Stopped("done", told.champion))
    return facts(told.archive)


def test_a_champion_stands_beside_its_controls() -> None:
    row = study_row(0, run("rrrrrruu", "ruuuuuuu"), run("rruuuuur", "ruuuuuuu"))
    assert row["champion"] == {"resolved": 6, "n": 8}
    against = row["against"]
    assert (against["seed agent"]["resolved"], against["uniform"]["resolved"]) == (1, 3)
    assert against["seed agent"]["difference"] == 5 / 8
    assert against["uniform"]["difference"] == 3 / 8
    low, high = against["seed agent"]["interval"]
    assert 0 < low < 5 / 8 < high
    console = Console(width=140, record=True)
    console.print(study_table([row]))
    shown = console.export_text()
    assert "6/8" in shown
    assert "+0.62" in shown


def test_the_random_agent_is_one_of_the_archive_and_the_same_again() -> None:
    known = run("ru", "uu")
    agents = list(known.history.born)
    drawn = {random_agent(agents, seed) for seed in range(20)}
    assert drawn == set(agents)
    assert random_agent(agents, 3) == random_agent(agents, 3)


@pytest.mark.parametrize("seeds", ["x", "3-1", "", "1-x", "-1"])
def test_seeds_that_are_none_are_refused(seeds: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="such as 0-4"):
        study(tmp_path / "study", seeds, [], as_json=False)
    assert not (tmp_path / "study").exists()
