"""An engine of the test's own, which it may stop and kill: another dockerd beside the machine's."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sandbox_orders import until

from sandbox.engine import Engine, NoEngine


class OwnEngine:
    """A dockerd with its own state, socket and containerd namespaces, and no network."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._log = (place / "log").open("ab")
        self.address = f"unix://{place}/sock"
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        place, name = self._place, f"dgm-test-{os.getpid()}"
        self._process = subprocess.Popen(
            [
                # Its mounts end with it.
                *("unshare", "--mount", "dockerd", "-H", self.address, "--bridge=none"),
                *("--iptables=false", "--ip-forward=false"),
                *(f"--data-root={place}/data", f"--exec-root={place}/exec", f"--pidfile={place}/pid"),
                *(f"--containerd-namespace={name}", f"--containerd-plugins-namespace={name}-plugins"),
            ],
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        assert until(self.answers, 60), (place / "log").read_text()[-3000:]

    def answers(self) -> bool:
        """Tell whether it does."""
        try:
            Engine(self.address).close()
        except NoEngine:
            return False
        return True

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it by a signal; a kill takes along the containerd that it started."""
        if number == signal.SIGKILL:
            os.killpg(self._process.pid, signal.SIGKILL)
        else:
            self._process.send_signal(number)
        self._process.wait(60)

    def close(self) -> None:
        """Stop it, once it has cleared what it left when it was killed."""
        if self._process.poll() is not None:
            self.start()
        self.stop()
        self._log.close()


@contextmanager
def own_engine() -> Iterator[OwnEngine]:
    """One that is gone afterwards with all it made."""
    place = Path(tempfile.mkdtemp(prefix="dgm-e-", dir="/tmp"))
    try:
        with closing(OwnEngine(place)) as engine:
            yield engine
    finally:
        shutil.rmtree(place)
