"""The gateway's socket carried over the engine's streams, forced where it could have been lent."""

import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from sandbox.base import GATEWAY_SOCKET, Exit, Limits, Order, Sandbox
from sandbox.container import DockerSandbox
from sandbox.self_check import self_check

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def relayed() -> Iterator[Sandbox]:
    with DockerSandbox(lending="relayed") as opened:
        yield opened


@contextmanager
def door(answer: Callable[[socket.socket], None]) -> Iterator[Path]:
    """A folder with a socket that answers each caller in a thread of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="dgm-t-") as name,
        socket.socket(socket.AF_UNIX) as listener,
    ):
        listener.bind(str(Path(name, "sock")))
        listener.listen(64)

        def attend(caller: socket.socket) -> None:
            with caller, suppress(OSError):
                answer(caller)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=attend, args=(listener.accept()[0],), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield Path(name)
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def echo(caller: socket.socket) -> None:
    while data := caller.recv(65536):
        caller.sendall(data)


def called(sandbox: Sandbox, folder: Path, source: str, **limits: float) -> Exit:
    head = f"import os, socket, threading\ndoor = {GATEWAY_SOCKET!r}\n"
    command = (sandbox.python, "-c", head + source)
    bounds = {"wall_seconds": 30.0, **limits}
    return sandbox.run(Order(command=command, socket_folder=folder, limits=Limits(**bounds)))  # type: ignore[arg-type]


MUCH = """
sent, heard = os.urandom(3_000_000), bytearray()
with socket.socket(socket.AF_UNIX) as line:
    line.connect(door)
    def send():
        line.sendall(sent); line.shutdown(socket.SHUT_WR)
    thread = threading.Thread(target=send); thread.start()
    while data := line.recv(65536): heard += data
    thread.join()
print(heard == sent)
"""


def test_much_goes_both_ways_and_each_direction_ends_by_itself(relayed: Sandbox) -> None:
    with door(echo) as folder:
        assert called(relayed, folder, MUCH).output == b"True\n"


MANY = """
def talk(number):
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(door)
        for turn in range(20):
            said = b"%d-%d." % (number, turn)
            line.sendall(said)
            heard = b""
            while len(heard) < len(said): heard += line.recv(100)
            good.append(heard == said)
good = []
threads = [threading.Thread(target=talk, args=(n,)) for n in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(good), all(good))
"""


def test_many_lines_do_not_mix(relayed: Sandbox) -> None:
    with door(echo) as folder:
        assert called(relayed, folder, MANY).output == b"160 True\n"


IDLE = """
idle = []
for _ in range(200):
    line = socket.socket(socket.AF_UNIX); line.settimeout(5)
    try: line.connect(door)
    except OSError: break
    idle.append(line)
print(len(idle) < 200)
"""


def test_lines_are_bounded_and_a_hoarder_harms_itself_alone(relayed: Sandbox) -> None:
    with door(echo) as folder:
        assert called(relayed, folder, IDLE).output == b"True\n"
        assert called(relayed, folder, MUCH).output == b"True\n"


GONE = """
with socket.socket(socket.AF_UNIX) as line:
    line.connect(door)
    print(line.recv(10))
"""


def test_who_is_hung_up_on_hears_it(relayed: Sandbox) -> None:
    with door(lambda caller: None) as folder:
        assert called(relayed, folder, GONE).output == b"b''\n"


KILL = """
for name in os.listdir("/proc"):
    if name.isdigit() and int(name) not in (1, os.getpid()): os.kill(int(name), 9)
while True:
    with socket.socket(socket.AF_UNIX) as line:
        try: line.connect(door)
        except OSError as error:
            print(type(error).__name__)
            break
"""


def test_a_command_that_kills_the_relay_harms_itself_alone(relayed: Sandbox) -> None:
    with door(echo) as folder:
        end = called(relayed, folder, KILL)
        assert (end.how, end.code, end.output) == ("exited", 0, b"ConnectionRefusedError\n")


def test_the_relay_is_no_process_of_the_commands(relayed: Sandbox) -> None:
    with door(echo) as folder:
        end = called(relayed, folder, "import time; time.sleep(0.5); print('alone')", processes=1)
    assert end.output == b"alone\n"


def test_every_promise_holds_with_a_relay_too(relayed: Sandbox) -> None:
    report = self_check(relayed)
    assert all(report.held.values()), report.seen
