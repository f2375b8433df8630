"""Prices: whole micro-dollars, never less than what was used is worth."""

import tomllib
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dgm.models.base import ChatReply, ChatRequest, Message
from dgm.prices import FREE, LIST, Price, listed_on, listed_prices, price_of

DOLLARS = st.integers(0, 10**8).map(lambda number: number / 10**4)
TOKENS = st.integers(0, 10**7)


@st.composite
def prices(draw: st.DrawFn) -> Price:
    price = draw(DOLLARS)
    cached = draw(st.none() | st.floats(0, 1).map(lambda share: round(price * share, 6)))
    if cached is not None:
        cached = min(cached, price)
    return Price(input=price, output=draw(DOLLARS), cached=cached, cache_write=draw(st.none() | DOLLARS))


def reply(tokens_in: int, tokens_out: int, cached: int = 0, written: int = 0) -> ChatReply:
    return ChatReply(
        message=Message(role="assistant", content="x"),
        finish_reason="stop",
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        model="m",
        tokens_cached=cached,
        tokens_written=written,
    )


@given(prices(), TOKENS, TOKENS, TOKENS, TOKENS, st.integers(0, 1000))
def test_a_cost_is_never_negative_and_grows_with_tokens(
    price: Price, tokens_in: int, tokens_out: int, cached: int, written: int, more: int
) -> None:
    cost = price.cost(reply(tokens_in, tokens_out, cached, written))
    assert cost >= 0
    assert price.cost(reply(tokens_in, tokens_out + more, cached, written)) >= cost
    fits = cached + written <= tokens_in
    assert not fits or price.cost(reply(tokens_in + more, tokens_out, cached, written)) >= cost


@given(prices(), TOKENS, TOKENS, TOKENS)
def test_reading_from_a_cache_is_never_dearer(price: Price, tokens_in: int, out: int, cached: int) -> None:
    assert price.cost(reply(tokens_in, out, cached)) <= price.cost(reply(tokens_in, out))


@given(DOLLARS, DOLLARS, TOKENS, TOKENS)
def test_a_cost_is_the_exact_one_rounded_up(input_: float, output: float, came: int, went: int) -> None:
    exact = came * Fraction(str(input_)) + went * Fraction(str(output))
    assert 0 <= Price(input=input_, output=output).cost(reply(came, went)) - exact < 1


@given(prices(), st.text(max_size=300), st.integers(1, 10**5))
def test_no_call_costs_more_than_was_set_aside(price: Price, text: str, max_tokens: int) -> None:
    request = ChatRequest(model="solve", messages=(Message(role="user", content=text),))
    most = price.most(request, max_tokens)
    tokens = len(text.encode("utf-8", "surrogatepass"))
    for cached, written in ((0, 0), (tokens, 0), (0, tokens)):
        assert price.cost(reply(tokens, max_tokens, cached, written)) <= most.micro_usd
    assert most.tokens_out == max_tokens
    assert most.tokens_in >= tokens


def test_every_listed_price_is_one() -> None:
    listed = tomllib.loads(LIST.read_text())["models"]
    assert listed_prices().keys() == listed.keys()
    assert all(0 < price.input < price.output for price in listed_prices().values())
    assert listed_on() >= "2026-11-21"


@pytest.mark.parametrize(
    ("model", "listed"),
    [
        ("anthropic:claude-sonnet-4-5", "anthropic:claude-sonnet-4-5"),
        ("anthropic:claude-sonnet-4-5-20250929", "anthropic:claude-sonnet-4-5"),
        ("anthropic:claude-sonnet-4-20250514", "anthropic:claude-sonnet-4"),
        ("openai:gpt-4.1-mini-2025-04-14", "openai:gpt-4.1-mini"),
        ("openai:gpt-5-mini", "openai:gpt-5-mini"),
        ("openai:gpt-5-pro", None),
        ("openai:gpt-50", None),
        ("openai:gpt-5@http://127.0.0.1:8000/v1", None),
        ("none", None),
    ],
)
def test_a_model_is_priced_by_its_name_or_that_of_its_snapshot(model: str, listed: str | None) -> None:
    assert price_of(model, {}) == (None if listed is None else listed_prices()[listed])
    own = Price(input=1.0, output=2.0)
    assert price_of(model, {model: own}) == own


def test_the_stand_in_is_free_unless_a_price_is_given() -> None:
    assert price_of("offline", {}) == FREE
    assert FREE.free
    assert not Price(input=0.0, output=1.0).free


@pytest.mark.parametrize("bad", [{"input": -1.0}, {"cached": 3.0}, {"inptu": 1.0}, {"output": "2"}])
def test_a_price_that_makes_no_sense_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Price.model_validate({"input": 2.0, "output": 2.0} | bad)
