"""`dgm simulate` as a user runs it: facts, a table, a picture, and complaints in one line."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.command import complaint, dgm


def test_facts_and_a_picture_of_a_small_contest(tmp_path: Path) -> None:
    picture = tmp_path / "curves.svg"
    asked = ["--policy", "hgm,uniform", "--worlds", "kata,papers", "--seeds", 2, "--evaluations", 100]
    done = dgm("simulate", *asked, "--plot", picture, "--json")
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert facts["plays"] == 2
    for policy in ("hgm", "uniform"):
        for family in ("kata", "papers"):
            row = facts["policies"][policy]["families"][family]
            low, high = row["interval"]["100"]
            assert low <= row["quality"]["100"] <= high
            assert len(row["curve"]) == 4
    told = facts["policies"]["uniform"]
    assert 0.25 <= told["share_of_evaluations"] <= 2
    cell = told["families"]["papers"]["difference"]["100"]
    assert cell["lower"] < cell["mean"]
    panels = [each for each in ElementTree.parse(picture).getroot() if each.tag.endswith("}g")]
    assert len(panels) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--policy", "hgn"], "there are"),
        (["--worlds", "papers,flat"], "no 'flat'"),
        (["--split", "sealed"], "tuning, reporting"),
        (["--evaluations", 5], "25 or more"),
        (["--merge-share", 2], "less than or equal to 1"),
    ],
)
def test_wrong_use_is_told_in_one_line(words: list[object], said: str) -> None:
    assert said in complaint(dgm("simulate", *words), 2)
