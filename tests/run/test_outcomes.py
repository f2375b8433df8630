"""What comes of agents that misbehave: their own failure, in time, with nothing left behind."""

import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dgm.gateway import Allowance, Call, Gateway, Unbounded
from dgm.models.base import Model, ModelError
from dgm.models.scripted import Replies, Say, Scripted
from dgm.session import Session, Terms, Trouble
from dgm.worker import Attempt, Graded, Worker
from sandbox.base import Limits, Sandbox
from sandbox.registry import open_sandbox
from sandbox.tree import Tree
from tests.run.mini import task
from tests.without_engine import BACKENDS_WITHOUT_ENGINE

LIMITS = Limits(wall_seconds=4.0, cpu_seconds=4.0, output_bytes=2**20, disk_mib=16, entries=2000)
MANIFEST = b'[commands]\nsolve = ["python3", "solve.py"]\nimprove = ["python3", "solve.py"]\n'
MENDS = "open('/workspace/sums.py', 'w').write('def add(a, b):\\n    return a + b\\n')\n"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with open_sandbox("auto", backends=BACKENDS_WITHOUT_ENGINE) as opened:
        yield opened


def agent(source: str) -> Tree:
    return Tree({"agent.toml": MANIFEST, "solve.py": source.encode()})


def attempted(sandbox: Sandbox, source: str, model: Model | None = None, limits: Limits = LIMITS) -> Graded:
    """The agent's attempt at a task that one line mends."""
    with Gateway() as gateway:
        worker = Worker(Session(sandbox, gateway), {"m": model or Scripted([Say("hi")])})
        terms = Terms(limits, Allowance(10, 100_000), 1)
        found = worker.carry_out(Attempt(agent(source), task(0, "search"), "m", terms), Unbounded())
    assert isinstance(found, Graded)
    return found


def alive(mark: str) -> list[int]:
    """Processes that bear `mark` in their command line."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and int(folder.name) != os.getpid():
            try:
                if mark.encode() in (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
            except OSError:
                continue
    return found


def test_an_honest_agent_resolves(sandbox: Sandbox) -> None:
    assert attempted(sandbox, MENDS).grade.verdict == "resolved"


@pytest.mark.parametrize(
    ("source", "how"),
    [
        ("import time\ntime.sleep(600)\n", "deadline"),
        ("while True:\n    pass\n", "deadline"),
        ("import sys\nwhile True:\n    sys.stdout.write('x' * 65536)\n", "output"),
        ("open('/workspace/big', 'wb').write(b'x' * 2**27)\n", "disk"),
        ("import os\nos.kill(os.getpid(), 9)\n", "exited"),
        ("raise SystemExit(3)\n", "exited"),
        (
            "import os\nos.mkfifo('/workspace/pipe')\nos.symlink('/etc/passwd', '/workspace/sums.py.link')\n",
            "exited",
        ),
    ],
    ids=["sleeps", "spins", "floods", "fills", "kills-itself", "gives-up", "leaves-tricks"],
)
def test_misbehaviour_is_an_unresolved_task_in_time(sandbox: Sandbox, source: str, how: str) -> None:
    began = time.monotonic()
    found = attempted(sandbox, source)
    assert found.grade.verdict == "unresolved"
    assert time.monotonic() - began < 30
    assert found.ending["how"] == how


def test_work_done_before_the_deadline_counts(sandbox: Sandbox) -> None:
    found = attempted(sandbox, MENDS + "import time\ntime.sleep(600)\n")
    assert found.ending["how"] == "deadline"
    assert found.grade.verdict == "resolved"


def test_descendants_die_with_their_agent(sandbox: Sandbox) -> None:
    mark = f"left-{secrets.token_hex(8)}"
    source = (
        "import os, sys, time\n"
        "for _ in range(8):\n"
        "    if os.fork() == 0:\n"
        "        os.setsid()\n"
        "        if os.fork() == 0:\n"
        f"            os.execv(sys.executable, ['python3', '-c', 'import time; time.sleep(600)', '{mark}'])\n"
        "        os._exit(0)\n"
        "time.sleep(0.5)\n"
    )
    attempted(sandbox, source + MENDS)
    until = time.monotonic() + 10
    while alive(mark) and time.monotonic() < until:
        threading.Event().wait(0.05)
    assert alive(mark) == []


CALLS = (
    "import http.client, json, os, socket\n"
    "class Line(http.client.HTTPConnection):\n"
    "    def connect(self):\n"
    "        self.sock = socket.socket(socket.AF_UNIX)\n"
    "        self.sock.connect(os.environ['DGM_GATEWAY'])\n"
    "line = Line('x')\n"
    "body = json.dumps({'model': 'solve', 'messages': [{'role': 'user', 'content': 'hi'}]})\n"
    "token = {'Authorization': 'Bearer ' + os.environ['DGM_TOKEN']}\n"
    "line.request('POST', '/v1/chat/completions', body, token)\n"
    "print(line.getresponse().status)\n"
)


def test_a_model_that_fails_is_our_trouble_and_no_evidence(sandbox: Sandbox) -> None:
    with pytest.raises(Trouble, match="the provider is down"):
        attempted(sandbox, CALLS + MENDS, Replies([], {1: ModelError("the provider is down", owner="ours")}))


def test_an_agent_is_told_of_its_own_bad_request(sandbox: Sandbox) -> None:
    found = attempted(sandbox, CALLS + MENDS, Replies([], {1: ModelError("too long", owner="agent")}))
    assert "400" in str(found.ending["output"])
    assert found.grade.verdict == "resolved"


BY_TCP = (
    "import json, os, urllib.request\n"
    "body = json.dumps({'model': 'solve', 'messages': [{'role': 'user', 'content': 'hi'}]}).encode()\n"
    "for _ in range(3):\n"
    "    head = {'Authorization': 'Bearer ' + os.environ['OPENAI_API_KEY']}\n"
    "    url = os.environ['OPENAI_BASE_URL'] + '/chat/completions'\n"
    "    with urllib.request.urlopen(urllib.request.Request(url, body, head)) as answer:\n"
    "        print(json.load(answer)['choices'][0]['message']['content'])\n"
)


def test_a_client_of_tcp_alone_reaches_its_gateway(sandbox: Sandbox) -> None:
    calls: list[Call] = []
    bridged = Tree({"agent.toml": MANIFEST + b"[runtime]\nopenai = true\n", "solve.py": BY_TCP.encode()})
    with Gateway() as gateway:
        worker = Worker(Session(sandbox, gateway), {"m": Scripted([Say("over the bridge")])})
        terms = Terms(LIMITS, Allowance(10, 100_000), 1)
        found = worker.carry_out(Attempt(bridged, task(0, "search"), "m", terms), Unbounded(calls.append))
    assert isinstance(found, Graded)
    assert str(found.ending["output"]).splitlines() == ["over the bridge"] * 3
    assert [call.n for call in calls] == [1, 2, 3]
    assert found.ending["how"] == "exited"


WALKS = """
import os, socket
for top, folders, files in os.walk("/", onerror=lambda e: None):
    if top == "/":
        folders[:] = [f for f in folders if f not in ("sys",)]
    if top.count("/") > 2 and top.startswith("/proc") and not top.startswith("/proc/self"):
        folders[:] = []
    for name in files:
        try:
            descriptor = os.open(os.path.join(top, name), os.O_RDONLY | os.O_NONBLOCK)
        except OSError:
            continue
        try:
            if NONCE in os.read(descriptor, 4 << 20):
                print("SEEN", os.path.join(top, name))
        except OSError:
            pass
        finally:
            os.close(descriptor)
for family, address in ((socket.AF_INET, ("127.0.0.1", PORT)), (socket.AF_INET, ("10.255.255.1", 80))):
    with socket.socket(family) as one:
        one.settimeout(0.5)
        try:
            one.connect(address)
            print("REACHED", address)
        except OSError:
            pass
print("WALKED")
"""


@pytest.mark.slow
def test_nothing_hidden_can_be_read_and_nobody_reached(sandbox: Sandbox) -> None:
    nonce = secrets.token_hex(16)
    planted = task(0, "search")
    hidden = planted.hidden.overlaid({"tests/test_nonce.py": f"# {nonce}\n".encode()})
    halves = f"NONCE = bytes.fromhex('{nonce.encode().hex()}')\n"
    with socket.socket() as listener, Gateway() as gateway:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        os.environ["DGM_TEST_NONCE"] = nonce
        try:
            source = halves + f"PORT = {listener.getsockname()[1]}\n" + WALKS
            worker = Worker(Session(sandbox, gateway), {"m": Scripted([Say("hi")])})
            terms = Terms(Limits(wall_seconds=240, cpu_seconds=240), Allowance(1, 100), 1)
            found = worker.carry_out(
                Attempt(agent(source), replace(planted, hidden=hidden), "m", terms), Unbounded()
            )
        finally:
            del os.environ["DGM_TEST_NONCE"]
    assert isinstance(found, Graded)
    told = str(found.ending["output"])
    assert "WALKED" in told
    assert "SEEN" not in told
    assert "REACHED" not in told
