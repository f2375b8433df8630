"""One assignment's line to its models: who may call, how often, and what is written down before a reply."""

import hmac
import json
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from archive.events import Usage
from dgm.cap import OverBudget
from dgm.gateway.books import Books, Call
from dgm.gateway.states import States, without_state
from dgm.models.base import ChatReply, ChatRequest, Model, ModelError, Refusal, Role
from dgm.prices import FREE, Price

WARN_AT = (0.5, 0.8, 0.95)
MAX_NESTING = 64


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one assignment may use of its models; `micro_usd` None means no limit of its own."""

    calls: int
    tokens: int
    micro_usd: int | None = None
    max_tokens: int = 8192
    """Of one reply."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status and its JSON body."""

    status: int
    body: Mapping[str, Any]


class Line:
    """Answers the requests of one assignment, one after another. Thread-safe.

    `trouble` is the first failure of ours; after it every call is refused, for the attempt is no evidence.
    """

    def __init__(
        self,
        folder: Path,
        models: Mapping[Role, Model],
        allowance: Allowance,
        seed: int,
        books: Books,
        price: Price = FREE,
        temperature: float | None = None,
    ) -> None:
        self.folder = folder
        self.token = secrets.token_hex(32)
        self.trouble: Exception | None = None
        self._models, self._allowance, self._seed, self._books = models, allowance, seed, books
        self._price, self._temperature = price, temperature
        self._states = States()
        self._usage = Usage()
        self._serial = threading.Lock()
        self._revoked = False
        self._waited = 0.0
        self._waiting_since: float | None = None

    @property
    def usage(self) -> Usage:
        """What the line's calls took so far."""
        return self._usage

    @property
    def exhausted(self) -> bool:
        """Whether the allowance is used up."""
        return self._share() >= 1.0

    def waited(self) -> float:
        """Seconds that the agent has spent waiting for replies, the present wait included."""
        since = self._waiting_since
        return self._waited + (0.0 if since is None else time.monotonic() - since)

    def revoke(self) -> None:
        """Refuse every call that has not begun; one that has is answered and recorded, for it is paid."""
        self._revoked = True

    def admits(self, authorization: str | None) -> bool:
        """Whether `authorization` carries this line's token."""
        return hmac.compare_digest((authorization or "").encode(), f"Bearer {self.token}".encode())

    def answer(self, body: bytes) -> Answer:
        """Answer one request of an admitted client."""
        try:
            decoded = json.loads(body)
            if not isinstance(decoded, dict):
                return refusal(400, "the body is no JSON object")
            # JSON can be read that is too deep to be written down again: that would be our failure.
            if _nested_beyond(MAX_NESTING, decoded):
                return refusal(400, f"the body is nested deeper than {MAX_NESTING} levels")
            if decoded.get("stream"):
                return refusal(400, "streaming is not offered here; leave out `stream`")
            if str(decoded.get("model")) not in self._models:
                return refusal(404, f"no such model here; allowed: {', '.join(self._models)}")
            request = ChatRequest.model_validate(decoded)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            return refusal(400, f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}")
        except (ValueError, RecursionError):
            return refusal(400, "the body is no JSON")
        with self._serial:
            self._waiting_since = time.monotonic()
            try:
                return self._call(request)
            finally:
                self._waited += time.monotonic() - self._waiting_since
                self._waiting_since = None

    def _call(self, request: ChatRequest) -> Answer:
        if self._revoked:
            return refusal(401, "the line is revoked")
        if self.trouble is not None:
            return self._in_trouble(self.trouble)
        if self.exhausted:
            return refusal(402, "the assignment's budget is used up")
        n = self._usage.calls + 1
        request = self._bounded(request)
        sent = request.model_copy(update={"messages": tuple(map(self._states.restored, request.messages))})
        try:
            self._books.reserve(n, self._price.most(sent, self._allowance.max_tokens))
        except Exception as error:  # noqa: BLE001 - nothing was sent, and the worker tells of it
            return self._in_trouble(error)
        try:
            reply = self._reply(sent)
            usage = self._taken(reply)
            self._books.settle(Call(n, request.model, request, reply, usage))
        except ModelError as error:
            self._books.abandon(n, billed=error.billed)
            return self._in_trouble(error)
        except Exception as error:  # noqa: BLE001 - whatever failed is ours, and the worker tells of it
            self._books.abandon(n, billed=1)
            return self._in_trouble(error)
        before = self._share()
        self._usage += usage
        if isinstance(reply, Refusal):
            return refusal(400, reply.refusal)
        return Answer(200, self._wire(n, reply, before))

    def _in_trouble(self, error: Exception) -> Answer:
        self.trouble = error
        if isinstance(error, OverBudget):
            return refusal(402, f"{error}; this attempt will be repeated")
        return refusal(503, "the gateway is in trouble; this attempt will be repeated")

    def _bounded(self, request: ChatRequest) -> ChatRequest:
        """What is asked, and recorded: `request` within the settings, without what is the gateway's."""
        most = self._allowance.max_tokens
        return request.model_copy(
            update={
                "seed": self._seed,
                "temperature": request.temperature if self._temperature is None else self._temperature,
                "max_tokens": min(request.max_tokens or most, most),
                "messages": tuple(map(without_state, request.messages)),
            }
        )

    def _reply(self, request: ChatRequest) -> ChatReply | Refusal:
        try:
            reply = self._models[request.model].complete(request)
        except ModelError as error:
            if error.owner == "agent":
                return Refusal(refusal=str(error), broken=error.billed)
            raise
        self._states.keep(reply)
        return reply

    def _taken(self, reply: ChatReply | Refusal) -> Usage:
        """A refusal costs nothing, and counts as a call, so that none is made without end."""
        if isinstance(reply, Refusal):
            return Usage(1)
        return Usage(1, reply.tokens_in, reply.tokens_out, self._price.cost(reply), reply.tokens_cached)

    def _wire(self, n: int, reply: ChatReply, before: float) -> Mapping[str, Any]:
        now = self._share()
        warnings = [f"{mark:.0%} of the budget is used" for mark in WARN_AT if before < mark <= now]
        return {
            "id": f"call-{n}",
            "object": "chat.completion",
            "created": 0,
            "model": reply.model,
            "choices": [
                {
                    "index": 0,
                    "message": without_state(reply.message).model_dump(exclude_none=True),
                    "finish_reason": reply.finish_reason,
                }
            ],
            "usage": {
                "prompt_tokens": reply.tokens_in,
                "completion_tokens": reply.tokens_out,
                "total_tokens": reply.tokens_in + reply.tokens_out,
                "prompt_tokens_details": {"cached_tokens": reply.tokens_cached},
            },
            "dgm": {"warnings": warnings, "calls_left": self._allowance.calls - self._usage.calls},
        }

    def _share(self) -> float:
        used, allowed = self._usage, self._allowance
        shares = [used.calls / allowed.calls, used.tokens / allowed.tokens]
        if allowed.micro_usd is not None:
            shares.append(used.micro_usd / allowed.micro_usd if allowed.micro_usd else 1.0)
        return max(shares)


def _nested_beyond(levels: int, value: object) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_nested_beyond(levels - 1, part) for part in inner)


def refusal(status: int, message: str) -> Answer:
    """An error in the wire's own form."""
    return Answer(status, {"error": {"message": message, "type": "dgm", "code": status}})
