"""Bounded HTTP over a Unix socket: threads and deadlines of our own.

An ASGI server would bring an event loop, and neither a deadline for headers and bodies nor a bound on
connections, which are what untrusted clients call for.
"""

import io
import json
import socket
import socketserver
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from dgm.gateway.line import Answer, Line, refusal

MAX_CONNECTIONS = 8
MAX_BODY = 4 * 2**20
MAX_SOCKET_PATH = 90
DEADLINE_SECONDS = 10.0
PATH = "/v1/chat/completions"


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Listens for one line; connections beyond `MAX_CONNECTIONS` are closed at once."""

    # So that closing waits for the call in flight: what it costs belongs to this assignment.
    daemon_threads = False
    block_on_close = True
    request_queue_size = 64

    def __init__(self, path: Path, line: Line, deadline_seconds: float = DEADLINE_SECONDS) -> None:
        if len(bytes(path)) > MAX_SOCKET_PATH:
            raise OSError(
                f"socket path {path} is longer than {MAX_SOCKET_PATH} bytes; mend: a shorter TMPDIR"
            )
        self.line = line
        self.deadline_seconds = deadline_seconds
        self._live: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(str(path), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve in a thread of its own, if there are not too many."""
        with self._guard:
            full = len(self._live) >= MAX_CONNECTIONS
            if not full:
                self._live.add(request)
        if full:
            request.close()
        else:
            super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection, and close it."""
        with self._guard:
            self._live.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that breaks its connection is nobody's failure."""

    def revoke(self) -> None:
        """Stop listening, cut every connection, and wait for the call in flight."""
        self.line.revoke()
        self.shutdown()
        with self._guard:
            live = list(self._live)
        for connection in live:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        self.server_close()


class _DeadlineReader(io.RawIOBase):
    """Reads a socket until a moment that no slow client can put off."""

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        self._connection = connection
        self._until = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the request came too slowly")
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


class _Handler(BaseHTTPRequestHandler):
    """One request a connection."""

    server: Server
    server_version = "dgm"
    sys_version = ""
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.rfile = io.BufferedReader(_DeadlineReader(self.connection, self.server.deadline_seconds))
        self.close_connection = True

    def handle(self) -> None:
        """Serve one request; whatever the client does wrong ends its connection only."""
        try:
            self.handle_one_request()
        except OSError:
            return

    def do_POST(self) -> None:
        """Answer a chat request."""
        self._send(self._answer())

    def do_GET(self) -> None:
        """Nothing is to be had this way."""
        self._send(refusal(404, f"only POST {PATH} is answered here"))

    def log_message(self, *_: Any) -> None:
        """The journal is the log."""

    def _answer(self) -> Answer:
        length = self.headers.get("Content-Length", "")
        if not self.server.line.admits(self.headers.get("Authorization")):
            return refusal(401, "the token is not this line's")
        if self.path != PATH:
            return refusal(404, f"only POST {PATH} is answered here")
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdecimal()):
            return refusal(411, "a body needs its Content-Length")
        if len(length) > 12 or int(length) > MAX_BODY:
            return refusal(413, f"a body holds at most {MAX_BODY} bytes")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            return refusal(400, "the body ended early")
        return self.server.line.answer(body)

    def _send(self, answer: Answer) -> None:
        body = json.dumps(answer.body).encode()
        self.connection.settimeout(self.server.deadline_seconds)
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
