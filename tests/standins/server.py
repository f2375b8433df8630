"""The HTTP side of a stand-in: one thread a connection, and the faults a network and a server can have."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from typing import Any, Literal, Protocol

from dgm.models.base import ChatReply, ChatRequest, Message, Wire

Fault = Literal[
    # told by a status
    "rate limit",
    "rate limit, by date",
    "400",
    "401",
    "402",
    "403",
    "404",
    "408",
    "409",
    "500",
    "529",
    "overflow",
    "redirect",
    "key echoed",
    # of the connection
    "cut before",
    "cut within",
    "drip",
    "stall",
    # of the body
    "malformed",
    "malformed, whole",
    "wrong type",
    "huge",
    "huge error",
    "ends early",
    "error within",
    # no faults, but other ways
    "unstreamed",
    "no usage",
    # of the model
    "refusal",
    "length",
    "empty",
]
DRIP_SECONDS = 0.02


class Rejected(Exception):
    """A request that the real API would refuse."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status, self.kind = status, kind


class Speech(Protocol):
    """One provider's wire format."""

    path: str
    prefix: str

    def key(self, headers: Mapping[str, str]) -> str: ...
    def request(self, body: dict[str, Any]) -> ChatRequest: ...
    def whole(self, body: dict[str, Any], reply: ChatReply, *, usage: bool) -> dict[str, Any]: ...
    def events(self, body: dict[str, Any], reply: ChatReply, *, usage: bool) -> Iterator[bytes]: ...
    def error(self, kind: str, message: str) -> dict[str, Any]: ...
    def error_event(self, kind: str, message: str) -> bytes: ...
    def overflow(self) -> Rejected: ...


class StandIn(ThreadingHTTPServer):
    """`requests` are the bodies of all requests so far."""

    daemon_threads = True
    block_on_close = False

    def __init__(
        self,
        wire: Speech,
        model: Callable[[ChatRequest], ChatReply],
        faults: Mapping[int, Fault],
        key: str | None,
        retry_after: str,
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.wire, self.model, self.faults = wire, model, dict(faults)
        self.only_key, self.retry_after = key, retry_after
        self.requests: list[dict[str, Any]] = []
        self.over = threading.Event()
        self.guard = threading.Lock()

    @property
    def url(self) -> str:
        """The base URL, as a model's name takes it after the `@`."""
        return f"http://127.0.0.1:{self.server_port}{self.wire.prefix}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what many tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: StandIn
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Silent."""

    def do_POST(self) -> None:
        self.close_connection = True
        standin, wire = self.server, self.server.wire
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with standin.guard:
            standin.requests.append(body)
            fault = standin.faults.get(len(standin.requests), standin.faults.get(0))
        key = wire.key(self.headers)
        try:
            if self.path != wire.prefix + wire.path:
                raise Rejected(404, "not_found_error", f"no such path {self.path}")
            if standin.only_key is not None and key != standin.only_key:
                raise Rejected(401, "authentication_error", f"incorrect key provided: {key}")
            if self._refused(fault, key):
                return
            request = wire.request(body)
            reply = _altered(standin.model(request), fault)
        except Rejected as rejected:
            self._json(rejected.status, wire.error(rejected.kind, str(rejected)))
            return
        usage = fault != "no usage"
        if fault == "malformed, whole":
            self._head(200, "application/json")
            self._chunk(b'{"choices": [{"message"')
            self._end()
        elif fault == "unstreamed" or not body.get("stream"):
            self._json(200, wire.whole(body, reply, usage=usage))
        else:
            self._stream(list(wire.events(body, reply, usage=usage)), fault)

    def _refused(self, fault: Fault | None, key: str) -> bool:
        """Whether `fault` is all there is to be had."""
        wire = self.server.wire
        match fault:
            case "rate limit" | "rate limit, by date":
                by_date = fault != "rate limit"
                after = formatdate(time() + 1.5, usegmt=True) if by_date else self.server.retry_after
                self._json(429, wire.error("rate_limit_error", "slow down"), {"Retry-After": after})
            case "overflow":
                raise wire.overflow()
            case "key echoed":
                raise Rejected(400, "invalid_request_error", f"you sent {key} with this")
            case "redirect":
                self._json(307, {}, {"Location": "http://127.0.0.1:9/elsewhere"})
            case "cut before":
                self.connection.shutdown(2)
            case "huge error":
                self._head(500, "application/json")
                self._endless(b"x" * 65536)
            case _ if fault is not None and fault.isdecimal():
                raise Rejected(int(fault), "some_error", f"failed with {fault}")
            case _:
                return False
        return True

    def _stream(self, events: list[bytes], fault: Fault | None) -> None:
        half = len(events) // 2
        match fault:
            case "wrong type":
                self._head(200, "text/html")
                self._chunk(b"<html>a proxy's page</html>")
                self._end()
                return
            case "malformed":
                events[half] = events[half].replace(b'"', b"", 3)
            case "error within":
                events = [*events[:half], self.server.wire.error_event("overloaded_error", "overloaded")]
            case "ends early":
                events = events[:half]
            case _:
                pass
        self._head(200, "text/event-stream; charset=utf-8")
        match fault:
            case "cut within":
                self._chunk(b"".join(events[:half]) + events[half][:7])
                self.connection.shutdown(2)
            case "stall":
                self._chunk(b"".join(events[:half]))
                self.server.over.wait()
            case "drip":
                for byte in b"".join(events):
                    self._chunk(bytes([byte]))
                    self.server.over.wait(DRIP_SECONDS)
                self._end()
            case "huge":
                self._chunk(events[0])
                self._endless(b": " + b"x" * 65533 + b"\n")
            case _:
                for event in events:
                    self._chunk(event)
                self._end()

    def _endless(self, part: bytes) -> None:
        while not self.server.over.is_set():
            self._chunk(part)

    def _json(self, status: int, body: dict[str, Any], headers: Mapping[str, str] | None = None) -> None:
        data = json.dumps(body).encode()
        self._head(status, "application/json", {**(headers or {}), "Content-Length": str(len(data))})
        self.wfile.write(data)

    def _head(self, status: int, kind: str, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        for name, value in (headers or {"Transfer-Encoding": "chunked"}).items():
            self.send_header(name, value)
        self.end_headers()

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def _end(self) -> None:
        self.wfile.write(b"0\r\n\r\n")


def _altered(reply: ChatReply, fault: Fault | None) -> ChatReply:
    match fault:
        case "refusal":
            message = Message(role="assistant", content="I would rather not.")
            return reply.model_copy(update={"message": message, "finish_reason": "content_filter"})
        case "length":
            message = Message(role="assistant", content="I was about to")
            return reply.model_copy(update={"message": message, "finish_reason": "length"})
        case "empty":
            message = Message(role="assistant", content="")
            return reply.model_copy(update={"message": message, "finish_reason": "stop"})
        case _:
            return reply


def role_of(model: str) -> str:
    """The role that a model's name stands for."""
    if model not in {"solve", "improve"}:
        raise Rejected(404, "not_found_error", f"the model {model} does not exist")
    return model


def parsed(wire: dict[str, Any]) -> ChatRequest:
    """A request in our words."""
    return ChatRequest.model_validate(wire)


def pieces(text: str, size: int = 7) -> Iterator[str]:
    """`text` in small parts, as a stream tells it."""
    return (text[start : start + size] for start in range(0, len(text), size))


def tokens_cached(seen: set[str], prefix: list[Wire | dict[str, Any]], tokens: int) -> int:
    """How many of `tokens` were read from a cache that knows the prefixes in `seen`; remembers this one."""
    known = 0
    for end in range(len(prefix), 0, -1):
        if json.dumps(prefix[:end], sort_keys=True, default=str) in seen:
            known = tokens * end // len(prefix)
            break
    seen.add(json.dumps(prefix, sort_keys=True, default=str))
    return known
