"""What a report says of agents is what the run's own policy believes of them."""

import pytest

from archive.events import Resumed
from dgm.policy import POLICIES
from dgm.report.again import search_again
from dgm.report.facts import row
from dgm.run_toml import read, to_toml
from dgm.simulation.world import Terms, TermsWorld
from tests.run.played import Played


@pytest.mark.parametrize("tickets", [0, 3, 60, None])
@pytest.mark.parametrize("name", POLICIES)
def test_a_report_estimates_as_the_policy_does(name: str, tickets: int | None) -> None:
    played = Played(TermsWorld(Terms(n_tasks=8), 1), name, 60, tickets=tickets)
    known, view, policy = played.known, played.search.view(), played.search.policy
    assert known.champion == played.search.champion().agent
    for index, agent in enumerate(view.agents):
        told, facts = policy.estimate(view, index), row(known, agent)
        assert facts["champion"] == (agent == known.champion)
        # Before the seed has met every task, a journal does not tell how many there are.
        if tickets is None or tickets > 8:
            assert facts["estimate"] == pytest.approx(told.estimate, abs=1e-4)
            assert facts["interval"] == pytest.approx(told.interval, abs=1e-4)
        low, high = facts["interval"]
        assert 0 <= low <= facts["estimate"] <= high <= 1


def test_the_latest_settings_count() -> None:
    played = Played(TermsWorld(Terms(n_tasks=5), 1), "hgm", 20, tickets=8)
    later = played.archive.put(to_toml(read(None, ["search.policy=phylo"])).encode())
    played.archive.record(Resumed(later, {}))
    known = played.known
    assert search_again(known.archive, known.history).policy.name == "phylo"


def test_a_run_by_other_code_is_judged_by_the_default() -> None:
    played = Played(TermsWorld(Terms(n_tasks=5), 1), "hgm", 20, tickets=8)
    unknown = played.archive.put(b"[search]\nwarp = 9\n")
    played.archive.record(Resumed(unknown, {}))
    known = played.known
    assert search_again(known.archive, known.history).policy.name == "phylo"
    assert known.champion in known.index
