"""A model whose words never hold its key: what a server echoes ends here, before anything keeps it."""

from base64 import b64encode
from typing import Any
from urllib.parse import quote

from dgm.models.base import ChatReply, ChatRequest, Model, ModelError

SHORTEST = 16
"""Characters of a key that is one. Servers that want none are told `EMPTY`, `none`, `ollama`: plain words."""


class Guarded:
    """`model`, with `secret` blotted out of every reply and every error, also where it is encoded."""

    def __init__(self, model: Model, secret: str, shown: str) -> None:
        """`shown` is put in the secret's place."""
        self._model, self._shown = model, shown
        self._forms = _forms(secret) if len(secret) >= SHORTEST else ()

    @property
    def name(self) -> str:
        """The name it is opened by."""
        return self._model.name

    def complete(self, request: ChatRequest) -> ChatReply:
        """What the model answers.

        Raises:
            ModelError: there is no reply; whatever the model raised has become one.
        """
        try:
            reply = self._model.complete(request)
        except ModelError as error:
            error.args = (self._hidden(str(error)),)
            # What caused it may quote the key too, and would be shown with it.
            raise error from None
        except Exception as error:  # noqa: BLE001 - a library's error may quote what was sent
            told = self._hidden(f"{type(error).__name__}: {error}")
            raise ModelError(told, owner="ours") from None
        plain = reply.model_dump()
        hidden = self._hidden(plain)
        if hidden.get("state") != plain.get("state"):
            # It may be signed: it can be left out, and not be altered.
            hidden["state"] = ()
        return reply if hidden == plain else ChatReply.model_validate(hidden | {"broken": reply.broken})

    def _hidden(self, value: Any) -> Any:
        match value:
            case str():
                for form in self._forms:
                    value = value.replace(form, self._shown)
                return value
            case dict():
                return {self._hidden(key): self._hidden(inner) for key, inner in value.items()}
            case list() | tuple():
                return type(value)(self._hidden(inner) for inner in value)
            case _:
                return value


def _forms(secret: str) -> tuple[str, ...]:
    """How HTTP and those who log it write a secret, the longest first."""
    forms = {secret, quote(secret, safe=""), *(_base64(secret.encode(), offset) for offset in range(3))}
    return tuple(sorted(forms, key=len, reverse=True))


def _base64(secret: bytes, offset: int) -> str:
    """The characters that tell of `secret` alone, where it follows `offset` bytes (modulo 3)."""
    whole = (offset + len(secret)) * 8 // 6
    return b64encode(bytes(offset) + secret).decode()[(0, 2, 3)[offset] : whole]
