"""Providers as the documents name them: behind each name a stand-in, and behind that the offline engine."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal, get_args

from dgm.keys import Keys
from dgm.models.base import ChatReply, ChatRequest, Model, Role
from dgm.models.offline import Offline
from dgm.models.registry import MODELS, PROVIDERS, open_model
from tests.standins import standin


class ByRole:
    """A model under a provider's name for it, where a stand-in knows one a role."""

    def __init__(self, name: str, models: Mapping[Role, Model]) -> None:
        self.name, self._models = name, models

    def complete(self, request: ChatRequest) -> ChatReply:
        return self._models[request.model].complete(request)


@contextmanager
def provided(name: str, keys: Keys) -> Iterator[Model]:
    """The model called `name`; needs the key that it would need, and the stand-in takes no other."""
    open_model(name, keys)
    if name in MODELS:
        yield open_model(name)
        return
    kind: Literal["openai", "anthropic"] = "openai" if name.startswith("openai:") else "anthropic"
    key = keys.get(PROVIDERS[kind][0])
    with standin(kind, Offline().complete, key=None if key is None else key.revealed()) as server:
        roles = {role: open_model(f"{kind}:{role}@{server.url}", keys) for role in get_args(Role)}
        yield ByRole(name, roles)
