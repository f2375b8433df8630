"""What a person asks of a controller at work: small files in the run's folder, for it to journal."""

import json
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from archive.events import AgentId, Paused, Vetoed

FOLDER = "requests"
STOP = "stop"
"""A file of this name, whatever is in it, asks for what Ctrl-C does."""
MAX_BYTES = 256
MAX_AT_ONCE = 100
Wish = Vetoed | Paused


@dataclass(frozen=True, slots=True)
class Requests:
    """The requests of the run in `run`."""

    run: Path

    def place(self, wish: Wish) -> Path:
        """Put a request where the controller looks; the file is gone when it was taken."""
        folder = self.run / FOLDER
        folder.mkdir(exist_ok=True)
        said = {"veto": wish.agent} if isinstance(wish, Vetoed) else {"pause": True}
        path = folder / f"{time.time_ns():020}-{token_hex(4)}.json"
        # Under another name first, so that nobody reads half of it.
        unfinished = path.with_suffix(".new")
        with unfinished.open("x") as file:
            file.write(json.dumps(said))
        return unfinished.rename(path)

    @property
    def stop_wanted(self) -> bool:
        """Whether somebody put the stop file into the run's folder."""
        return (self.run / STOP).is_file()

    def clear_stop(self) -> None:
        """Take the stop file away; it is meant for the controller at work, and for no later one."""
        if self.stop_wanted:
            (self.run / STOP).unlink(missing_ok=True)

    def pending(self) -> Iterator[tuple[Path, Wish | None]]:
        """Requests in the order they were made; None for a file that holds none."""
        for path in sorted((self.run / FOLDER).glob("*.json"))[:MAX_AT_ONCE]:
            yield path, _read(path)


def _read(path: Path) -> Wish | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            data = file.read(MAX_BYTES + 1) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
        said = json.loads(data) if len(data) <= MAX_BYTES else None
    except (OSError, ValueError, RecursionError):
        return None
    match said:
        case {"veto": str(agent), **rest} if not rest:
            return Vetoed(AgentId(agent))
        case {"pause": True, **rest} if not rest:
            return Paused()
        case _:
            return None
