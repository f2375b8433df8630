"""Settings of models and money: read, refused, and written so that they read back."""

import tomllib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dgm.cap import Cap
from dgm.config import Config, ConfigError
from dgm.run_toml import inline, read, to_toml


@given(st.text(st.characters(exclude_categories=["Cs"])))
@example('a \N{ROBOT FACE} \x7f\x00"\\\n')
def test_any_text_is_written_as_toml_reads_it(text: str) -> None:
    assert tomllib.loads(f"{inline(text)} = {inline([{text: text}])}") == {text: [{text: text}]}


def again(config: Config) -> Config:
    return Config.model_validate(tomllib.loads(to_toml(config)))


def test_prices_and_weights_read_back_as_they_were() -> None:
    settings = read(
        None,
        [
            'model.improve={"openai:gpt-5@http://localhost:1/v1" = 2, offline = 0.5}',
            'prices={"openai:gpt-4.1" = {input = 2.0, cached = 0.5, output = 8}}',
            "solve.temperature=0.7",
            "improve.max_tokens=20000",
            "budget.tokens=9",
        ],
    )
    assert again(settings) == settings
    assert settings.model.improve_weights == {"openai:gpt-5@http://localhost:1/v1": 2.0, "offline": 0.5}
    assert settings.model.names == ("offline", "openai:gpt-5@http://localhost:1/v1")
    assert settings.budget.cap == Cap(tokens=9)
    assert again(read(None)) == read(None)


def test_several_models_weigh_the_same_unless_told() -> None:
    model = read(None, ['model.improve=["a", "b"]']).model
    assert model.improve_weights == {"a": 1.0, "b": 1.0}


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("model.improve=[]", "model.improve"),
        ('model.improve=["a", "a"]', "different"),
        ("model.improve={a = 0}", "model.improve"),
        ("budget.calls=-1", "budget.calls"),
        ("solve.temperature=3.0", "solve.temperature"),
        ("prices={a = {input = 1.0}}", "prices.a.output"),
        ("prices={a = {input = 1.0, output = 1.0, cached = 2.0}}", "more than"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(setting: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        read(None, [setting])
