"""What a run would cost, told before it: counted by the search itself, measured by a real little run."""

import json

import pytest

from dgm.config import Config
from dgm.forecast import STAND_IN_RANGE, forecast, planned
from dgm.givens import priced
from dgm.policy import POLICIES
from dgm.run_toml import read
from tests.cli.command import complaint, dgm
from tests.run.mini import MiniSuite, config, mini_parts

PRICED = "prices={offline={input=1.0, output=10.0}}"


def quiet(_: str) -> None:
    """Nobody is told."""


@pytest.mark.parametrize("policy", sorted(POLICIES))
def test_the_plan_is_what_the_policy_would_ask_for(policy: str) -> None:
    jobs = planned(config(more=[f"search.policy={policy}"]), MiniSuite(), 0.5)
    assert jobs.held_out == 4
    assert 4 + 4 < jobs.solve <= 4 + 20 + 4
    assert 0 < jobs.improve <= 6


def test_the_plan_knows_that_phylo_expands_more_with_many_workers() -> None:
    grown = {
        (policy, workers): planned(
            config(workers, 60, more=[f"search.policy={policy}", "budget.expansions=1000"]),
            MiniSuite(),
            0.5,
        ).improve
        for policy in ("hgm", "phylo")
        for workers in (1, 16)
    }
    assert grown["phylo", 16] > 1.4 * grown["phylo", 1]
    assert grown["hgm", 16] < 1.4 * grown["hgm", 1]


def test_a_forecast_prices_what_the_stand_in_took(whole_config: Config) -> None:
    told = forecast(whole_config, quiet, parts_of=mini_parts)
    assert told.measured == {"solve": 5, "improve": 1}
    assert told.spent_micro_usd == 0
    assert told.likely.calls == pytest.approx(2 * (told.jobs.solve + told.jobs.improve), rel=0.5)
    tokens = told.likely.tokens
    assert tokens < told.likely.micro_usd < 10 * tokens
    low, high = STAND_IN_RANGE
    assert told.low.micro_usd == pytest.approx(low * told.likely.micro_usd)
    assert told.high.seconds == pytest.approx(high * told.likely.seconds)


def test_a_measured_forecast_pays_for_its_jobs(whole_config: Config) -> None:
    told = forecast(whole_config, quiet, evaluations=2, parts_of=mini_parts)
    assert told.measured == {"solve": 3, "improve": 1}
    assert told.spent_micro_usd > 0


@pytest.fixture
def whole_config() -> Config:
    return config(workers=2, more=[PRICED])


def test_a_started_run_keeps_the_prices_that_it_goes_by() -> None:
    told: list[str] = []
    sonnet, local = "anthropic:claude-sonnet-4-5-20250929", "openai:qwen@http://127.0.0.1:1/v1"
    models = [f"model.solve={sonnet}", f"model.improve={local}"]
    settings = priced(read(None, [*models, "model.allow_unpriced=true"]), told.append)
    assert settings.prices[sonnet].output == 15.0
    assert local not in settings.prices
    assert "count as free" in told[0]
    assert priced(read(None), told.append).prices == {}
    assert len(told) == 1


def test_a_model_without_a_price_is_refused_with_the_mend() -> None:
    told = complaint(dgm("run", "--dry-run", "--improve-model", "openai:unheard-of"), 2)
    assert "--allow-unpriced" in told
    assert '[prices."openai:unheard-of"]' in told


def test_measuring_goes_with_a_dry_run() -> None:
    assert "--dry-run" in complaint(dgm("run", "--measure", "3"), 2)


@pytest.mark.slow
def test_a_dry_run_tells_machines_too() -> None:
    done = dgm("run", "--dry-run", "--json", "--model", "openai:gpt-5", "--budget-usd", "1")
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert facts["micro_usd"]["limit"] == 1_000_000
    assert 0 < facts["micro_usd"]["low"] < facts["micro_usd"]["likely"] < facts["micro_usd"]["high"]
    assert facts["measured"]["by"] == "the offline stand-in"
    assert facts["prices"]["openai:gpt-5"]["output"] == 10.0
