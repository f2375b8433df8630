"""A program's three streams over one connection to the engine."""

import select
import socket
from contextlib import suppress


class Attached:
    """One program's stdin, stdout and stderr over one socket, as the engine packs them. A `Channel`."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.source = self.sink = connection.fileno()
        self.complaint = bytearray()
        """What came on stderr, its first 2,000 bytes."""
        self._header = bytearray()
        self._left = 0
        self._stderr = False

    def read(self) -> bytes | None:
        """What has come on stdout; None if nothing has, empty at the end."""
        try:
            data = memoryview(self._connection.recv(128 * 1024))
        except BlockingIOError:
            return None
        if not data:
            return b""
        heard = bytearray()
        while data:
            if self._left == 0:
                need = 8 - len(self._header)
                self._header += data[:need]
                data = data[need:]
                if len(self._header) < 8:
                    break
                self._stderr = self._header[0] == 2
                self._left = int.from_bytes(self._header[4:], "big")
                self._header.clear()
            part, data = data[: self._left], data[self._left :]
            self._left -= len(part)
            if self._stderr:
                self.complaint += part[: 2000 - len(self.complaint)]
            else:
                heard += part
        return bytes(heard) or None

    def write(self, data: memoryview) -> int:
        """Send some of `data` to stdin."""
        return self._connection.send(data)

    def ended(self) -> bool:
        """Tell, while nothing is expected, whether the other end is gone."""
        return bool(select.select([self._connection], [], [], 0)[0])

    def end(self) -> None:
        """End all three streams, for whoever waits on them too."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close all three streams, which ends the program's stdin."""
        self.end()
        self._connection.close()
