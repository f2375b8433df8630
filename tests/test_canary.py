"""The canary asks every so many evaluations, and tells only what came back."""

from archive.events import Probed
from dgm.canary import Canary
from dgm.config import ModelSection
from dgm.history import History
from dgm.identity import warnings
from dgm.models.base import ChatReply, ChatRequest, Message, ModelError
from dgm.prices import Price


class Answering:
    """Answers with what comes next; refuses a temperature if told to."""

    def __init__(self, name: str, *answers: str | None, refuses_temperature: bool = False) -> None:
        self.name, self._answers, self._refuses = name, list(answers), refuses_temperature

    def complete(self, request: ChatRequest) -> ChatReply:
        if self._refuses and request.temperature is not None:
            raise ModelError("temperature is not known here", owner="agent")
        answer = self._answers.pop(0)
        if answer is None:
            raise ModelError("overloaded", owner="ours")
        words = Message(role="assistant", content=answer)
        took = {"tokens_in": 10, "tokens_out": 4}
        return ChatReply(message=words, finish_reason="stop", model=f"{self.name}-1", **took)


def test_it_asks_when_it_is_time_and_pays_for_it() -> None:
    models = [Answering("a", "Mercury", "Mercury", "Venus", "Mars"), Answering("b", "x", None, "x", "x")]
    canary = Canary(models, {"a": Price(input=1.0, output=2.0)}, every=5, first=0)
    found = [(n, probed) for n in range(16) for probed in canary.probed(n)]
    assert [(n, probed.model) for n, probed in found] == [
        (0, "a"), (0, "b"), (5, "a"), (10, "a"), (10, "b"), (15, "a"), (15, "b"),
    ]  # fmt: skip
    assert [probed.usage.micro_usd for _, probed in found[:2]] == [18, 0]
    assert found[0][1].reported == "a-1"
    history = History(probed for _, probed in found)
    (told,) = warnings(history, ModelSection(solve="a", improve="b"))
    assert told == (
        "the model may have changed: a gave the canary another reply after 10 evaluations than at first"
    )


def test_a_resumed_run_asks_when_it_would_have() -> None:
    assert not list(Canary([Answering("a", "x")], {}, every=5, first=7).probed(6))
    assert len(list(Canary([Answering("a", "x")], {}, every=5, first=7).probed(7))) == 1


def test_a_model_that_knows_no_temperature_is_asked_without() -> None:
    (probed,) = Canary([Answering("a", "x", refuses_temperature=True)], {}, every=1, first=0).probed(0)
    assert isinstance(probed, Probed)
