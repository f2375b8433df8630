"""The gateway's socket where an engine can't lend one: carried over the streams of a program inside."""

import socket
import threading
from contextlib import suppress
from pathlib import Path

from sandbox import relay_inside
from sandbox.attached import Attached
from sandbox.base import SandboxError

SOURCE = relay_inside.__file__
READY_SECONDS = 30.0


class HostEnd(relay_inside.Relay):
    """Connects to one assignment's socket for whoever connects inside.

    What comes from inside is not trusted: it can open and feed connections to that one socket, as it could
    to a lent one, and nothing else.
    """

    def __init__(self, channel: Attached) -> None:
        super().__init__(channel)
        self._attached = channel
        self._target: Path | None = None
        self._listens = threading.Event()
        self._thread = threading.Thread(target=self._carry, name="gateway-relay", daemon=True)
        self._thread.start()

    def await_inside(self) -> None:
        """Wait until the end inside listens.

        Raises:
            SandboxError: it does not.
        """
        if not self._listens.wait(READY_SECONDS) or not self._thread.is_alive():
            said = self._attached.complaint.decode("utf-8", "replace").strip()[-500:]
            raise SandboxError(f"the relay did not start in its container: {said}")

    def serve(self, target: Path) -> None:
        """Lead to the socket `target` from now on."""
        self._target = target

    def opened(self) -> socket.socket | None:
        """A connection to the gateway."""
        if self._target is None:
            return None
        end = socket.socket(socket.AF_UNIX)
        try:
            end.settimeout(1.0)
            end.connect(str(self._target))
        except OSError:
            end.close()
            return None
        return end

    def close(self) -> None:
        """Close every connection, and the program inside with them."""
        self._attached.end()
        self._thread.join()
        self._attached.close()

    def _take(self, kind: bytes, number: int, data: bytes) -> None:
        if kind == relay_inside.READY:
            self._listens.set()
        else:
            super()._take(kind, number, data)

    def _carry(self) -> None:
        with suppress(EOFError, relay_inside.Nonsense, OSError):
            while True:
                self.turn()
        self._listens.set()
        for one in self.connections.values():
            one.end.close()
