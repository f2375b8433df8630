"""Containers started ahead of their orders, each used once."""

import threading
from collections import OrderedDict, deque
from contextlib import suppress

from sandbox.base import SandboxError
from sandbox.fleet import Fleet, Waiting
from sandbox.shape import Shape

TICK_SECONDS = 1.0


class Pool:
    """Keeps at most `size` containers ready, of the shapes taken last. Thread-safe.

    A shape is prepared from its second time on: what came twice will come again.
    """

    def __init__(self, fleet: Fleet, size: int) -> None:
        self._fleet = fleet
        self._size = size
        self._change = threading.Condition()
        self._ready: OrderedDict[Shape, deque[Waiting]] = OrderedDict()
        self._wanted: deque[Shape] = deque(maxlen=max(1, size))
        self._closing = False
        self._thread = threading.Thread(target=self._prepare, name="container-pool", daemon=True)
        self._thread.start()

    def take(self, shape: Shape) -> Waiting:
        """A container of this shape, ready or started now; the caller has it leave.

        Raises:
            SandboxError: it can't be had.
        """
        with self._change:
            known = shape in self._ready
            ready = self._ready.setdefault(shape, deque())
            self._ready.move_to_end(shape)
            waiting = ready.popleft() if ready else None
            if known and self._size:
                self._wanted.append(shape)
                self._change.notify_all()
            while len(self._ready) > 4 * self._size + 1 and not next(iter(self._ready.values())):
                self._ready.popitem(last=False)
        if waiting is not None:
            if not waiting.channel.ended() and not self._fleet.events.lost(waiting.connection):
                return waiting
            self._fleet.leave(waiting)
        return self._fleet.start(shape)

    def close(self) -> None:
        """Let every container that is ready go."""
        with self._change:
            self._closing = True
            self._change.notify_all()
        self._thread.join()
        for ready in self._ready.values():
            for waiting in ready:
                self._fleet.leave(waiting)

    def _prepare(self) -> None:
        while not self._closing:
            with self._change:
                self._change.wait_for(lambda: self._wanted or self._closing, TICK_SECONDS)
                shape = self._wanted.popleft() if self._wanted and not self._closing else None
            self._fleet.see_off()
            if shape is not None:
                # If it can't be had, whoever takes the next one will be told.
                with suppress(SandboxError):
                    self._keep(self._fleet.start(shape))

    def _keep(self, waiting: Waiting) -> None:
        dropped = []
        with self._change:
            self._ready.setdefault(waiting.shape, deque()).append(waiting)
            for ready in self._ready.values():
                while ready and sum(map(len, self._ready.values())) > self._size:
                    dropped.append(ready.popleft())
        for one in dropped:
            self._fleet.leave(one)
