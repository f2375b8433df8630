"""OpenAI Chat Completions, and every server that speaks it."""

from collections.abc import Iterator
from typing import Any

from openai import APIConnectionError, APIError, APIResponse, APIStatusError, OpenAI, Stream

from dgm.models.base import ChatReply, ChatRequest, Message
from dgm.models.openai_reply import Answer, Chunk
from dgm.models.provider import Again, Caller, Provided, broken_off, content_type

BASE_URL = "https://api.openai.com/v1"


class OpenAIChat(Provided):
    """A model of OpenAI's, or of a compatible server at another `base_url`. Thread-safe."""

    def __init__(self, caller: Caller, model: str, base_url: str = BASE_URL) -> None:
        super().__init__(caller, model, base_url)
        self._own = base_url == BASE_URL
        self._client = OpenAI(
            api_key=caller.key.revealed(), base_url=base_url, max_retries=0, http_client=self._http
        )

    def _attempt(self, request: ChatRequest) -> ChatReply:
        completions = self._client.chat.completions.with_streaming_response
        try:
            with completions.create(stream=True, **self._body(request)) as response:
                answer = Answer(request, self._model)
                for chunk in self._chunks(response):
                    answer.take(chunk)
                return answer.reply()
        except APIStatusError as error:
            raise self._caller.judged(error.status_code, error.body, error.response.headers) from None
        except APIConnectionError as error:
            raise broken_off(error.__cause__) from None
        except APIError as error:
            raise Again(f"the stream ended in an error: {error.message[:200]}") from None

    def _chunks(self, response: APIResponse[Any]) -> Iterator[Chunk]:
        match content_type(response.headers):
            case "text/event-stream":
                for event in response.parse(to=Stream[object]):
                    yield Chunk.model_validate(event)
            case "application/json":
                # Some servers don't stream, and some tell errors under status 200.
                whole = Chunk.model_validate_json(response.read())
                if whole.error is not None:
                    code = whole.error.get("code")
                    status = code if isinstance(code, int) and code >= 400 else 500
                    raise self._caller.judged(status, whole.error, response.headers)
                yield whole
            case other:
                raise Again(f"the reply is {other[:60] or 'of no named type'}, no completion")

    def _body(self, request: ChatRequest) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self._model,
            "messages": [self._message(message) for message in request.messages],
            "stream_options": {"include_usage": True},
        }
        if request.tools:
            body["tools"] = [tool.model_dump() for tool in request.tools]
        if request.temperature is not None:
            body["temperature"] = request.temperature
        if request.max_tokens is not None:
            # The first is what OpenAI asks for now; other servers know the second.
            body["max_completion_tokens" if self._own else "max_tokens"] = request.max_tokens
        if request.seed is not None:
            body["seed"] = request.seed
            if self._own:
                body["prompt_cache_key"] = f"dgm-{request.seed}"
        return body

    def _message(self, message: Message) -> dict[str, Any]:
        told = message.model_dump(exclude_none=True, exclude={"state"})
        if message.role == "developer" and not self._own:
            told["role"] = "system"
        if not message.tool_calls:
            told.setdefault("content", "")
            told.pop("tool_calls", None)
        for part in message.state or ():
            told |= part
        return told
