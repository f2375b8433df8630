"""Connections to a Unix socket, carried over one stream: the end inside, and what both ends share.

Sent to any Python >= 3.9 as the launcher is; the standard library only. A frame is a kind (one byte), the
number of a connection and a size (four bytes each, big-endian), and as many bytes as the size says.
"""

# ruff: noqa: FBT003, UP045

import os
import select
import socket
from typing import Any, Optional

SOCKET = "/gateway/sock"
OPEN, DATA, END, CLOSE, READY = b"o", b"d", b"e", b"c", b"r"
FRAME = 64 * 1024
MAX_PENDING = 256 * 1024
MAX_CONNECTIONS = 32


class Nonsense(Exception):
    """The other end sent what is no frame."""


class Connection:
    """One connection: what is still to be written to it, and which of its directions have ended."""

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(False)
        self.end = end
        self.pending = bytearray()
        self.heard_all = False
        self.told_all = False


class Relay:
    """Carries connections over a channel (`source`, `sink`, `read`, `write`) until the channel ends.

    Either end stops reading where the other does not keep up, so that nothing grows without bound.
    """

    def __init__(self, channel: Any) -> None:
        self._channel = channel
        self._heard = bytearray()
        self._out = bytearray()
        self.connections = {}  # type: dict[int, Connection]

    def opened(self) -> Optional[socket.socket]:
        """The socket for a connection that the other end opened; None refuses it."""
        return None

    def send(self, kind: bytes, number: int = 0, data: bytes = b"") -> None:
        """Queue one frame."""
        self._out += kind + number.to_bytes(4, "big") + len(data).to_bytes(4, "big") + data

    def add(self, number: int, end: socket.socket) -> None:
        """Carry a new connection."""
        self.connections[number] = Connection(end)

    def turn(self, *others: int) -> "list[int]":
        """Wait for something to do and do it; returns those of `others` that can be read.

        Raises EOFError at the channel's end, Nonsense, OSError.
        """
        ends = {one.end.fileno(): number for number, one in self.connections.items()}
        full = len(self._out) >= MAX_PENDING
        readers = [one.end for one in self.connections.values() if not one.heard_all and not full]
        writers = [one.end for one in self.connections.values() if one.pending]
        behind = any(len(one.pending) > MAX_PENDING for one in self.connections.values())
        readable, writable, _ = select.select(
            [*others, *readers, *([] if behind else [self._channel.source])],
            [*writers, *([self._channel.sink] if self._out else [])],
            [],
        )
        for one in writable:
            if one == self._channel.sink:
                del self._out[: self._channel.write(memoryview(bytes(self._out[:FRAME])))]
            else:
                self._write(ends[one.fileno()])
        for one in readable:
            if one == self._channel.source:
                self._hear()
            elif not isinstance(one, int) and one.fileno() in ends:
                self._read(ends[one.fileno()])
        return [one for one in others if one in readable]

    def _hear(self) -> None:
        data = self._channel.read()
        if data is None:
            return
        if not data:
            raise EOFError
        self._heard += data
        while len(self._heard) >= 9:
            number, size = int.from_bytes(self._heard[1:5], "big"), int.from_bytes(self._heard[5:9], "big")
            if size > FRAME:
                raise Nonsense
            if len(self._heard) < 9 + size:
                return
            kind, payload = bytes(self._heard[:1]), bytes(self._heard[9 : 9 + size])
            del self._heard[: 9 + size]
            self._take(kind, number, payload)

    def _take(self, kind: bytes, number: int, data: bytes) -> None:
        if kind == OPEN:
            end = self.opened() if len(self.connections) < MAX_CONNECTIONS else None
            if number in self.connections:
                raise Nonsense
            if end is None:
                self.send(CLOSE, number)
            else:
                self.add(number, end)
            return
        one = self.connections.get(number)
        if one is None:
            return
        if kind == DATA:
            one.pending += data
        elif kind == END:
            one.told_all = True
        elif kind == CLOSE:
            self._drop(number)
            return
        self._write(number)

    def _write(self, number: int) -> None:
        one = self.connections.get(number)
        if one is None:
            return
        try:
            if one.pending:
                del one.pending[: one.end.send(one.pending)]
            if one.told_all and not one.pending:
                one.end.shutdown(socket.SHUT_WR)
                if one.heard_all:
                    self._drop(number)
        except BlockingIOError:
            return
        except OSError:
            self.send(CLOSE, number)
            self._drop(number)

    def _read(self, number: int) -> None:
        one = self.connections[number]
        try:
            data = one.end.recv(FRAME)
        except BlockingIOError:
            return
        except OSError:
            self.send(CLOSE, number)
            self._drop(number)
            return
        if data:
            self.send(DATA, number, data)
            return
        one.heard_all = True
        self.send(END, number)
        if one.told_all and not one.pending:
            self._drop(number)

    def _drop(self, number: int) -> None:
        self.connections.pop(number).end.close()


class Standard:
    """Our own stdin and stdout as a channel."""

    source, sink = 0, 1

    def read(self) -> "Optional[bytes]":
        """What has come."""
        return os.read(0, FRAME)

    def write(self, data: memoryview) -> int:
        """Send some."""
        return os.write(1, data)


def main() -> None:
    """Listen where a gateway would, and carry each connection to the other end."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(SOCKET)
    listener.listen(MAX_CONNECTIONS)
    relay, number = Relay(Standard()), 0
    relay.send(READY)
    while True:
        try:
            waiting = [listener.fileno()] if len(relay.connections) < MAX_CONNECTIONS else []
            if relay.turn(*waiting):
                number += 1
                relay.add(number, listener.accept()[0])
                relay.send(OPEN, number)
        except (EOFError, Nonsense, OSError):
            return
