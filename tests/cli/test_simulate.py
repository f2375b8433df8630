"""`dgm simulate` as a user runs it: facts, a table, a picture, and complaints in one line."""

import json
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from rich.console import Console

from dgm.report.quality import quality_facts, quality_table
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
    ("policies", "plays", "said"),
    [
        ("hgm uniform", 2, {"reaches hgm", "second line", "evaluations to hgm"}),
        ("hgm uniform", 1, {"reaches hgm", "evaluations to hgm"}),
        ("phylo uniform", 2, set()),
        ("hgm", 2, set()),
    ],
)
def test_the_table_speaks_of_the_baseline_where_others_meet_it(
    policies: str, plays: int, said: set[str]
) -> None:
    rng = np.random.Generator(np.random.PCG64(0))
    facts = quality_facts({"kata": {policy: rng.random((plays, 4)) for policy in policies.split()}})
    console = Console(width=140, record=True, file=StringIO())
    console.print(quality_table(facts))
    shown = console.export_text()
    assert {words for words in ("reaches hgm", "second line", "evaluations to hgm") if words in shown} == said
    assert shown.splitlines()[-1].strip()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--policy", "hgn"], "there are"),
        (["--worlds", "papers,flat"], "no 'flat'"),
        (["--split", "sealed"], "tuning, reporting"),
        (["--evaluations", 5], "25 or more"),
        (["--merge-share", 2], "less than or equal to 1"),
        (["--plot", "/nowhere/curves.svg"], "--plot /nowhere/curves.svg: can't be written"),
    ],
)
def test_wrong_use_is_told_in_one_line(words: list[object], said: str) -> None:
    assert said in complaint(dgm("simulate", *words), 2)
