"""The papers' settings as data: complete, valid, and under what the user says."""

from pathlib import Path

import pytest

from dgm.config import ConfigError
from dgm.policy import POLICIES
from dgm.run_toml import PRESETS, read

NAMES = sorted(path.stem for path in PRESETS.glob("*.toml"))


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_is_a_whole_configuration(name: str) -> None:
    config = read(preset=name)
    assert POLICIES[config.search.policy](config.search.settings).name == config.search.policy


def test_published_settings() -> None:
    hgm, dgm = read(preset="hgm"), read(preset="dgm")
    assert (hgm.search.policy, hgm.search.alpha, hgm.budget.evaluations) == ("hgm", 0.6, 800)
    assert (dgm.search.policy, dgm.budget.expansions) == ("darwin", 80)
    assert dgm.search.settings.staging.needed * dgm.search.settings.staging.one == 4


def test_preset_then_config_then_set(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text("seed = 3\n[search]\nalpha = 0.7\n[budget]\nevaluations = 50\n")
    config = read(own, ["budget.evaluations=60"], "hgm")
    assert (config.seed, config.search.alpha, config.budget.evaluations) == (3, 0.7, 60)
    assert config.search.finish_share == read(preset="hgm").search.finish_share != read().search.finish_share


def test_an_unknown_preset_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="allowed: " + ", ".join(NAMES)):
        read(preset="sica")
