"""What the engine tells of our containers: the evidence about an end that no sandbox can make."""

import contextlib
import threading
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.base import SandboxError
from sandbox.engine import Engine

CONNECT_SECONDS = 10.0
RETRY_SECONDS = 0.2
NOTED = frozenset({"kill", "pause", "oom", "die", "destroy"})


class Events:
    """Listens as long as it is open, again after a lost connection. Thread-safe.

    `gone` is called with the id of each container that no longer exists.

    Raises:
        SandboxError: the engine does not answer.
    """

    def __init__(self, engine: Engine, mark: str, gone: Callable[[str], None]) -> None:
        self._engine = engine
        self._mark = mark
        self._gone = gone
        self._change = threading.Condition()
        self._seen: dict[str, set[str]] = {}
        self._connected = False
        self._losses = 0
        self._closing = threading.Event()
        self._stream: contextlib.ExitStack | None = None
        self._thread = threading.Thread(target=self._listen, name="engine-events", daemon=True)
        self._thread.start()
        try:
            self.connection()
        except SandboxError:
            self.close()
            raise

    def connection(self) -> int:
        """Number of the connection that is open now; another number later means that one was lost.

        Raises:
            SandboxError: there is none, and none comes for a while.
        """
        with self._change:
            if not self._change.wait_for(lambda: self._connected, CONNECT_SECONDS):
                raise SandboxError("the connection to the container engine is lost")
            return self._losses

    def lost(self, connection: int) -> bool:
        """Tell whether a connection is no longer the one that is open."""
        with self._change:
            return not self._connected or self._losses != connection

    def so_far(self, container: str) -> frozenset[str]:
        """Names of what has happened to a container: those of `NOTED`."""
        with self._change:
            return frozenset(self._seen.get(container, ()))

    def after_end(self, container: str, connection: int, seconds: float) -> frozenset[str]:
        """The same once the container has died, the connection is lost, or the time is over."""
        with self._change:
            self._change.wait_for(
                lambda: "die" in self._seen.get(container, ()) or not self._connected
                or self._losses != connection, seconds
            )  # fmt: skip
            return frozenset(self._seen.get(container, ()))

    def forget(self, container: str) -> None:
        """Drop what is known of a container that is gone."""
        with self._change:
            self._seen.pop(container, None)

    def close(self) -> None:
        """Stop listening."""
        self._closing.set()
        with self._change:
            stream = self._stream
        if stream is not None:
            stream.close()
        self._thread.join(CONNECT_SECONDS)

    def _listen(self) -> None:
        while not self._closing.is_set():
            with contextlib.suppress(SandboxError, ValueError), contextlib.ExitStack() as stream:
                events = stream.enter_context(self._engine.events(self._mark))
                self._set(stream)
                for event in events:
                    self._note(event)
            self._set(None)
            self._closing.wait(RETRY_SECONDS)

    def _set(self, stream: contextlib.ExitStack | None) -> None:
        with self._change:
            self._losses += self._connected and stream is None
            self._connected = stream is not None
            self._stream = stream
            self._change.notify_all()

    def _note(self, event: Mapping[str, Any]) -> None:
        container, action = event["Actor"]["ID"], event["Action"]
        if action not in NOTED:
            return
        with self._change:
            self._seen.setdefault(container, set()).add(action)
            self._change.notify_all()
        if action == "destroy":
            self._gone(container)
