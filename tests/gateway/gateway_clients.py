"""Clients of the gateway over real sockets."""

import json
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any

from dgm.gateway import Allowance, Call, Gateway, Line, Unbounded
from dgm.gateway.gateway import SOCKET
from dgm.gateway.server import PATH
from dgm.models.base import Model
from dgm.models.scripted import Say, Scripted

PLENTY = Allowance(calls=100, tokens=1_000_000)
ASK = {"model": "solve", "messages": [{"role": "user", "content": "hello"}]}


def nothing(_: Call) -> None:
    """Records nothing."""


def opened(
    gateway: Gateway,
    model: Model | None = None,
    allowance: Allowance = PLENTY,
    record: Callable[[Call], None] = nothing,
) -> AbstractContextManager[Line]:
    return gateway.line(
        models={"solve": model or Scripted([Say("hi")])}, allowance=allowance, seed=3, books=Unbounded(record)
    )


def connected(line: Line) -> socket.socket:
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(20)
    try:
        client.connect(str(line.folder / SOCKET))
    except OSError:
        client.close()
        raise
    return client


def told(client: socket.socket) -> tuple[int, Any]:
    """Status and body of the answer; 0 if the connection ended without one."""
    with client:
        data = b""
        with suppress(ConnectionError):
            while part := client.recv(65536):
                data += part
    head, _, body = data.partition(b"\r\n\r\n")
    return (int(head.split()[1]), json.loads(body)) if data else (0, None)


def raw(line: Line, data: bytes) -> tuple[int, Any]:
    client = connected(line)
    with suppress(BrokenPipeError):
        client.sendall(data)
    return told(client)


def request(line: Line, body: object = ASK, token: str | None = None) -> bytes:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token or line.token}\r\n"
    return f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data


def asked(line: Line, body: object = ASK, token: str | None = None) -> tuple[int, Any]:
    return raw(line, request(line, body, token))
