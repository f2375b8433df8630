"""Exploration, exploitation, edges and the mismatch, by hand and in worlds with known truth."""

import json
from pathlib import Path

import numpy as np
import pytest

from dgm.report.exploration import behaviours, edges, exploitation, series
from dgm.report.mismatch import LEAST_BIRTHS, mismatch, over_runs, spearman
from dgm.report.monitor import monitor_facts, monitor_view
from dgm.simulation.world import Terms, TermsWorld
from tests.cli.command import complaint, dgm
from tests.run.played import Played


def test_agents_that_disagree_on_a_common_task_behave_differently() -> None:
    assert behaviours(np.array([[1, 1, 0], [1, 0, 1], [-1, 0, 0], [0, 0, -1], [0, 0, 0]], dtype=np.int8)) == 2
    assert behaviours(np.array([[1, -1], [-1, 1], [1, 1]], dtype=np.int8)) == 3
    assert behaviours(np.zeros((2, 2), dtype=np.int8)) == 0


def test_the_share_of_variance_between_agents_by_hand() -> None:
    # Two agents, 4 of 4 and 0 of 4: everything lies between them.
    apart = np.array([[1] * 4, [-1] * 4], dtype=np.int8)
    assert exploitation(apart) == {"between": 1.0, "reliability": 1.0}
    # 3 of 4 and 1 of 4: mean squares 2 * 4 / 16 = 0.5 among, 8 * (3 / 16) / 6 = 0.25 within, n0 = 4.
    some = np.array([[1, 1, 1, -1], [1, -1, -1, -1]], dtype=np.int8)
    assert exploitation(some) == {"between": pytest.approx(0.25 / 1.25), "reliability": pytest.approx(0.5)}
    alike = np.array([[1, -1, 1, -1], [-1, 1, -1, 1]], dtype=np.int8)
    assert exploitation(alike) == {"between": 0.0, "reliability": 0.0}
    assert exploitation(some[:1]) == {"between": None, "reliability": None}
    assert exploitation(np.ones((3, 4), dtype=np.int8)) == {"between": None, "reliability": None}


def test_ranks_share_ties_and_what_is_constant_has_no_correlation() -> None:
    assert spearman(np.array([1.0, 2.0, 3.0, 9.0]), np.array([10.0, 20.0, 30.0, 31.0])) == 1.0
    assert spearman(np.array([1.0, 2.0, 2.0, 3.0]), np.array([4.0, 2.0, 2.0, 1.0])) == -1.0
    # Ranks 1, 2.5, 2.5, 4 and 1, 2, 3, 4: covariance 4.5 over the root of 4.5 * 5.
    assert spearman(np.array([1.0, 2.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0, 4.0])) == pytest.approx(
        4.5 / (4.5 * 5) ** 0.5, abs=1e-4
    )
    assert spearman(np.ones(4), np.arange(4.0)) is None
    assert spearman(np.arange(2.0), np.arange(2.0)) is None


def test_a_series_grows_and_ends_with_the_run() -> None:
    played = Played(TermsWorld(Terms(n_tasks=12), 1), "uniform", 90)
    rows = series(played.known)
    assert rows[-1]["evaluations"] == len(played.known.history.scored)
    assert rows[-1]["agents"] == rows[-1]["trees"] == len(played.index)
    assert rows[-1]["expansions"] == len(played.index) - 1
    for key in ("evaluations", "agents", "expansions", "trees", "solved"):
        values = [row[key] for row in rows]
        assert values == sorted(values)
    won = {one.task for one in played.known.history.scored.values() if one.verdict == "resolved"}
    assert rows[-1]["solved"] == len(won)
    assert sorted(found for row in rows for found in row["kinds_found"]) == sorted(won)


def test_an_edge_keeps_and_fixes() -> None:
    known = Played(TermsWorld(Terms(n_tasks=6), 2), "greedy", 40).known
    told = edges(known)
    assert len(told) == len(known.history.born) - 1
    ordinals = {born.ordinal: agent for agent, born in known.history.born.items()}
    for edge in told:
        before, after = (known.history.scores(ordinals[edge[key]], "search") for key in ("parent", "child"))
        both = [
            (before[t].verdict == "resolved", after[t].verdict == "resolved") for t in before if t in after
        ]
        assert edge["kept"] == both.count((True, True))
        assert edge["fixed"] == both.count((False, True))
        assert edge["solved"] == edge["kept"] + both.count((True, False))
        assert edge["failed"] == edge["fixed"] + both.count((False, False))


def test_where_abilities_are_inherited_estimates_foretell_and_where_they_are_not_they_do_not() -> None:
    terms = {
        "n_tasks": 10,
        "difficulty_sd": 0.5,
        "seed_skill": 0.5,
        "step": 0.0,
        "broken": 0.0,
        "drift_sd": 0.0,
    }
    inherited = Played(TermsWorld(Terms(**terms, step_sd=3.0), 3), "uniform", 300)
    told = mismatch(inherited.known)
    assert told["pairs"] > 20
    assert told["dropped"] > told["pairs"]
    assert min(told["own"], told["cmp"], told["phylo"]) > 0.3
    over = over_runs([told, {**told, "own": None, "cmp": 0.0}])
    assert over["own"] == {"runs": 1, "mean": told["own"], "interval": None}
    assert over["cmp"]["interval"] == [0.0, told["cmp"]]
    assert over["cmp"]["mean"] == pytest.approx(told["cmp"] / 2, abs=1e-4)


def test_pairs_by_hand() -> None:
    """Only who was born after an expansion was asked for counts, and five of them must have been."""
    known = Played(TermsWorld(Terms(n_tasks=4), 5), "uniform", 60).known
    parents = known.clades.parents
    pairs = dropped = 0
    events = [entry.event for entry in known.archive.entries()]
    for number, event in enumerate(events):
        if getattr(event, "job", None) != "expand":
            continue
        born = [each.agent for each in events[:number] if type(each).__name__ == "Born"]
        tried = {each.agent for each in events[:number] if type(each).__name__ == "Scored"}
        for agent in (known.index[each] for each in born if each in tried):
            clade, later = {agent}, []
            for child in range(len(parents)):
                if clade & set(parents[child]):
                    clade.add(child)
                    later += [child] if child >= len(born) else []
            enough = len(later) >= LEAST_BIRTHS and known.clades.own.attempted[later].sum() > 0
            pairs, dropped = pairs + enough, dropped + (not enough)
    told = mismatch(known)
    assert (told["pairs"], told["dropped"]) == (pairs, dropped)
    assert pairs > 0


def test_several_runs_are_told_apart_by_policy() -> None:
    runs = [
        (Path(), Played(TermsWorld(Terms(n_tasks=5), n), name, 60, n).known)
        for n, name in enumerate(("hgm", "uniform"))
    ]
    facts = monitor_facts(runs)
    assert list(facts["mismatch"]) == ["all", "hgm", "uniform"]
    assert json.loads(json.dumps(facts)) == facts
    assert monitor_view(facts).renderables


def test_the_command(whole: Path, tmp_path: Path) -> None:
    assert "edges: 5, kept" in dgm("monitor", whole).stdout
    assert json.loads(dgm("monitor", whole, "--json").stdout)["runs"][0]["policy"] == "phylo"
    assert "no run here" in complaint(dgm("monitor", tmp_path / "none"), 1)
