"""Anthropic's Messages."""

from collections.abc import Iterator
from typing import Any

from anthropic import Anthropic, APIConnectionError, APIResponse, APIStatusError, Stream

from dgm.models.anthropic_reply import Answer, Event, Whole
from dgm.models.anthropic_turns import told
from dgm.models.base import ChatReply, ChatRequest
from dgm.models.provider import Again, Caller, Provided, broken_off, content_type

BASE_URL = "https://api.anthropic.com"
DEFAULT_MAX_TOKENS = 8192
# An error within a stream comes under status 200 and is known by its type.
_STATUS = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "overloaded_error": 529,
}


class AnthropicMessages(Provided):
    """A model of Anthropic's, or of a server at `base_url` that speaks as theirs does. Thread-safe."""

    def __init__(self, caller: Caller, model: str, base_url: str = BASE_URL) -> None:
        super().__init__(caller, model, base_url)
        self._client = Anthropic(
            api_key=caller.key.revealed(), base_url=base_url, max_retries=0, http_client=self._http
        )

    def _attempt(self, request: ChatRequest) -> ChatReply:
        try:
            with self._client.messages.with_streaming_response.create(
                model=self._model,
                max_tokens=request.max_tokens or DEFAULT_MAX_TOKENS,
                stream=True,
                # The library leaves it out, for newer models refuse it; it is sent where it was asked for.
                extra_body={} if request.temperature is None else {"temperature": request.temperature},
                **told(request),
            ) as response:
                answer = Answer(request, self._model)
                for event in self._events(response):
                    answer.take(event)
                return answer.reply()
        except APIStatusError as error:
            begun = error.status_code < 300
            status = _STATUS.get(str(error.type), 500) if begun else error.status_code
            raise self._caller.judged(status, error.body, error.response.headers, billed=begun) from None
        except APIConnectionError as error:
            raise broken_off(error.__cause__) from None

    def _events(self, response: APIResponse[Any]) -> Iterator[Event | Whole]:
        match content_type(response.headers):
            case "text/event-stream":
                for event in response.parse(to=Stream[object]):
                    yield Event.model_validate(event)
            case "application/json":
                yield Whole.model_validate_json(response.read())
            case other:
                raise Again(f"the reply is {other[:60] or 'of no named type'}, no message")
