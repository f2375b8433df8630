"""Asks each model the same small question again and again, outside of any job, to notice a silent change."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from archive.events import Probed, Usage
from dgm.models.base import ChatReply, ChatRequest, Message, Model, ModelError
from dgm.models.normal import normalised
from dgm.prices import FREE, Price

QUESTION = "Name the planets of the solar system in order of their distance from the sun, and nothing else."
MAX_TOKENS = 1024


class Canary:
    """Asks `models` after every `every` evaluations, first after `first`; each at its price."""

    def __init__(self, models: Sequence[Model], prices: Mapping[str, Price], every: int, first: int) -> None:
        self._models, self._prices, self._every, self._next = models, prices, every, first

    def probed(self, evaluations: int) -> Iterator[Probed]:
        """What each model answers now, if it is time; nothing of one that fails, for jobs tell of that."""
        if evaluations < self._next:
            return
        self._next = evaluations + self._every
        for model in self._models:
            reply = _reply(model)
            if reply is not None:
                price = self._prices.get(model.name, FREE)
                text = normalised(reply.message.content or "").strip()
                yield Probed(
                    model=model.name,
                    reported=reply.model,
                    evaluations=evaluations,
                    reply=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
                    usage=Usage(1, reply.tokens_in, reply.tokens_out, price.cost(reply), reply.tokens_cached),
                )


def _reply(model: Model) -> ChatReply | None:
    """Of a model that refuses a temperature, the reply without one."""
    asked = (Message(role="user", content=QUESTION),)
    for temperature in (0.0, None):
        try:
            return model.complete(
                ChatRequest(model="solve", messages=asked, temperature=temperature, max_tokens=MAX_TOKENS)
            )
        except ModelError as error:
            if error.owner != "agent":
                return None
    return None
