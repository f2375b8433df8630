"""What providers share: patience with a network, bounds on what comes back, and whose fault a failure is."""

import time
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from random import SystemRandom

import httpx2

from dgm.keys import Key
from dgm.models.base import ChatReply, ChatRequest, ModelError

CHARACTERS_A_TOKEN = 4
_EXCERPT = 300
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# What providers call an account without money. Words of a message could be an agent's, but for its first.
_SPENT = frozenset({"insufficient_quota", "billing_error", "billing_not_active"})
_SPENT_SAID = "Your credit balance"
_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)
# Settings of a call that an agent can't make wrong.
_OURS = frozenset({"max_tokens", "max_completion_tokens", "seed", "stream_options", "prompt_cache_key"})
_REJECTED = (400, 413, 422)
_PASSING = (408, 409, 425, 429)
# The operating system's random source: how long we wait must not draw from a run's.
_JITTER = SystemRandom()


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call may take, how often it is tried, and how much it may bring."""

    connect_seconds: float = 10.0
    stall_seconds: float = 120.0
    """Without a byte."""
    total_seconds: float = 480.0
    """All tries and the waits between them, a last stall apart; many clients wait for ten minutes at most."""
    tries: int = 10
    first_delay_seconds: float = 1.0
    longest_delay_seconds: float = 60.0
    max_reply_bytes: int = 16 * 2**20


class Again(Exception):
    """A try that failed for the moment; `after` is how many seconds the server asked to wait.

    `billed` tells whether it may have to be paid for: yes, unless the server said that it did nothing.
    """

    def __init__(self, message: str, after: float | None = None, *, billed: bool = True) -> None:
        super().__init__(message)
        self.after = after
        self.billed = billed


class _TooMuch(Exception):
    """A body beyond its bound."""


@dataclass(frozen=True, slots=True)
class _Bounds:
    until: float
    """By the monotonic clock."""
    max_bytes: int


# A hook of the HTTP client is told the response and nothing of the call.
_BOUNDS: ContextVar[_Bounds] = ContextVar("bounds")


class _Bounded(httpx2.SyncByteStream):
    """A body that ends in an error where it is too long or too slow, whoever reads it."""

    def __init__(self, stream: httpx2.SyncByteStream, bounds: _Bounds) -> None:
        self._stream, self._bounds = stream, bounds

    def __iter__(self) -> Iterator[bytes]:
        left = self._bounds.max_bytes
        for part in self._stream:
            left -= len(part)
            if left < 0:
                raise _TooMuch
            if time.monotonic() > self._bounds.until:
                raise Again("the reply came too slowly")
            yield part

    def close(self) -> None:
        self._stream.close()


def _bind(response: httpx2.Response) -> None:
    # A small packed body can be a large one; none was asked for.
    if response.headers.get("content-encoding", "identity") != "identity":
        raise Again("the server packed its reply, though it was asked not to")
    assert isinstance(response.stream, httpx2.SyncByteStream)
    response.stream = _Bounded(response.stream, _BOUNDS.get())


@dataclass(frozen=True, slots=True)
class Caller:
    """Carries out the calls of the model called `name`. Thread-safe."""

    name: str
    key: Key
    patience: Patience

    def http(self, base_url: str) -> httpx2.Client:
        """A client for the provider's library: bounded, and leading the key to no other server."""
        timeout = httpx2.Timeout(self.patience.stall_seconds, connect=self.patience.connect_seconds)
        return httpx2.Client(
            timeout=timeout,
            follow_redirects=False,
            trust_env=httpx2.URL(base_url).host not in _LOOPBACK,
            headers={"Accept-Encoding": "identity"},
            event_hooks={"response": [_bind]},
        )

    def call(self, attempt: Callable[[], ChatReply]) -> ChatReply:
        """Try `attempt` until it gives a reply, with full jitter (Brooker, Exponential Backoff and Jitter).

        Raises:
            ModelError: it failed for good, or patience ran out.
        """
        patience = self.patience
        bounds = _Bounds(time.monotonic() + patience.total_seconds, patience.max_reply_bytes)
        before = _BOUNDS.set(bounds)
        broken = 0
        try:
            for tried in range(patience.tries):
                failure = self._tried(attempt)
                if isinstance(failure, ChatReply):
                    return failure.model_copy(update={"broken": broken}) if broken else failure
                broken += failure.billed
                longest = min(patience.longest_delay_seconds, patience.first_delay_seconds * 2**tried)
                wait = _JITTER.uniform(0, longest)
                if failure.after is not None:
                    wait = failure.after + _JITTER.uniform(0, patience.first_delay_seconds)
                if tried + 1 == patience.tries or time.monotonic() + wait >= bounds.until:
                    break
                time.sleep(wait)
        except ModelError as error:
            error.billed += broken
            raise
        finally:
            _BOUNDS.reset(before)
        raise self.error(f"{failure} (tries: {tried + 1})", billed=broken)

    def _tried(self, attempt: Callable[[], ChatReply]) -> ChatReply | Again:
        try:
            return attempt()
        except Again as failure:
            return failure
        except _TooMuch:
            said = f"a reply of more than {self.patience.max_reply_bytes} bytes"
        except httpx2.HTTPError as error:
            return broken_off(error)
        except (ValueError, RecursionError) as error:
            return Again(f"the reply is malformed: {type(error).__name__}")
        raise self.error(said)

    def judged(
        self, status: int, body: object, headers: Mapping[str, str], *, billed: bool = False
    ) -> ModelError | Again:
        """Whose failure an HTTP status is, and whether to try again; `billed` if a reply had begun."""
        error = _error(body)
        # Blotted out before it is cut, for a part of a key is one too.
        said = self.key.hidden(" ".join(error.get("message", "").split()))[:_EXCERPT] or "nothing was said"
        if status == 402 or _SPENT & {error.get("code"), error.get("type")} or said.startswith(_SPENT_SAID):
            return self.error(f"the account has no credit left: {said}; mend: add credit", fatal=True)
        if status in {401, 403}:
            # A server's own words often repeat a part of the key.
            return self.error(f"HTTP {status}: the key is refused; mend: set {self.key.name}", fatal=True)
        if status == 404:
            return self.error(f"HTTP 404: {said}; mend: check the model's name and address", fatal=True)
        if error.get("code", "").startswith("unsupported") and error.get("param") in _OURS:
            return self.error(f"HTTP {status}: {said}; mend: choose another model", fatal=True)
        if status in _REJECTED:
            return self.error(f"HTTP {status}: {said}", owner_is_agent=True)
        if status in _PASSING or status >= 500:
            return Again(f"HTTP {status}: {said}", _retry_after(headers), billed=billed)
        return self.error(f"HTTP {status}: {said}; mend: check the model's address", fatal=True)

    def error(
        self,
        message: str,
        *,
        owner_is_agent: bool = False,
        fatal: bool = False,
        billed: int | None = None,
    ) -> ModelError:
        """A failure of this model, told without its key."""
        told = self.key.hidden(f"{self.name}: {message}")
        return ModelError(told, owner="agent" if owner_is_agent else "ours", fatal=fatal, billed=billed)


class Provided(ABC):
    """A model of a provider's, asked through the provider's library over a client of ours. Thread-safe."""

    def __init__(self, caller: Caller, model: str, base_url: str) -> None:
        self._caller, self._model = caller, model
        self._http = caller.http(base_url)
        weakref.finalize(self, self._http.close)

    @property
    def name(self) -> str:
        """The name it is opened by."""
        return self._caller.name

    def complete(self, request: ChatRequest) -> ChatReply:
        """Answer `request`.

        Raises:
            ModelError: there is no reply.
        """
        _need_unicode(request, self._caller)
        return self._caller.call(lambda: self._attempt(request))

    @abstractmethod
    def _attempt(self, request: ChatRequest) -> ChatReply:
        """One try; raises `Again` where another may do better."""


def broken_off(cause: BaseException | None) -> Again:
    """A connection that failed; what never reached the server is not billed."""
    if isinstance(cause, Again):
        return cause
    sent = not isinstance(cause, _NEVER_SENT)
    if sent and isinstance(cause, httpx2.TimeoutException):
        return Again("the server was silent for too long")
    return Again(f"the connection broke: {type(cause).__name__}", billed=sent)


def _error(body: object) -> Mapping[str, str]:
    """The words of an error's body, whatever its form."""
    error = body.get("error", body) if isinstance(body, Mapping) else body
    if not isinstance(error, Mapping):
        return {"message": "" if error is None else str(error)}
    return {str(name): str(value) for name, value in error.items() if value is not None}


def estimated(texts: Iterator[str]) -> int:
    """Tokens of `texts` where a server tells none: four characters a token, rounded up."""
    return -(-sum(map(len, texts)) // CHARACTERS_A_TOKEN)


def texts_of(request: ChatRequest) -> Iterator[str]:
    """Every text a model reads of `request`."""
    for message in request.messages:
        yield message.content or ""
        for call in message.tool_calls or ():
            yield call.function.name + call.function.arguments


def _need_unicode(request: ChatRequest, caller: Caller) -> None:
    """JSON can spell half a character, which can't be sent on.

    Raises:
        ModelError: `request` holds one.
    """
    try:
        for text in texts_of(request):
            text.encode()
    except UnicodeEncodeError:
        raise caller.error("a text is no valid Unicode", owner_is_agent=True) from None


def content_type(headers: Mapping[str, str]) -> str:
    """What a body says it is, without parameters: `text/event-stream`, `application/json`."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that `Retry-After` asks to wait; it may be a number or a date (RFC 9110, 10.2.3)."""
    told = headers.get("retry-after", "")
    try:
        seconds = float(told)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(told).timestamp() - time.time()
        except (ValueError, TypeError, OverflowError):
            return None
    return max(0.0, seconds) if seconds < float("inf") else None
