"""The skeletons of CONTRIBUTING.md work as they stand."""

import ast
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from numpy.random import PCG64, Generator

from benchmarks.floor import fault
from benchmarks.kata.suite import Kata
from dgm.models.base import ChatRequest, Message, ModelError
from dgm.models.offline.repair.source import Source
from dgm.policy.base import Policy
from dgm.report.selection import selection
from dgm.search import Plan, Search
from sandbox.base import Order, Sandbox
from sandbox.registry import open_sandbox
from tests.docs.blocks import blocks
from tests.playbook import test_playbook as playbook
from tests.search.world import World, tasks
from tests.without_engine import BACKENDS_WITHOUT_ENGINE

DOCUMENT = Path(__file__).resolve().parents[2] / "CONTRIBUTING.md"


def skeleton(what: str, language: str = "python") -> str:
    (block,) = [b for b in blocks(DOCUMENT) if b.heading == f"Add a {what}" and b.language == language]
    return block.text


def made(what: str) -> dict[str, Any]:
    """What the skeleton defines, as a module of its own."""
    names: dict[str, Any] = {"__name__": "skeleton"}
    exec(compile(skeleton(what), f"{DOCUMENT.name}: {what}", "exec", dont_inherit=True), names)
    return names


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with open_sandbox("auto", backends=BACKENDS_WITHOUT_ENGINE) as opened:
        yield opened


def test_a_policy_plays_a_whole_search() -> None:
    policy: Policy = made("policy")["Newest"]()
    search = Search(policy, tasks(4), tasks(2, "h"), Plan(evaluations=30), seed=1)
    world, jobs = World(search), []
    while (ticket := search.ask()) is not None:
        jobs.append(ticket)
        search.tell(world.end_of(ticket))
    assert len(search.agents) > 5
    assert jobs[-1].purpose == "held_out"
    assert {selection(t.why, "expand", {}).rule for t in jobs} >= {"The policy's rule: newest"}


def test_a_sandbox_carries_out_an_order() -> None:
    with made("sandbox")["Patient"]() as sandbox:
        end = sandbox.run(Order(command=(sandbox.python, "-c", "import os; print(os.nice(0))")))
    assert (end.succeeded, end.output) == (True, b"19\n")


def test_a_suite_has_a_floor(sandbox: Sandbox) -> None:
    suite = made("suite")["Sums"]()
    (task,) = suite.split("search")
    assert fault(task, sandbox) is None
    assert len(suite.digest) == 64


class Server(BaseHTTPRequestHandler):
    """Says `hello` to who has the key, and that it is too much to who says much."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        known = self.headers["Authorization"] == "Bearer secret" and self.path == "/v1/chat/completions"
        self.send_response(401 if not known else 413 if len(body) > 1000 else 200)
        self.end_headers()
        self.wfile.write(
            b'{"choices": [{"message": {"role": "assistant", "content": "hello"}, "finish_reason": "stop"}],'
            b' "usage": {"prompt_tokens": 3, "completion_tokens": 1}, "model": "small"}'
        )

    def log_message(self, *_: object) -> None:
        """Silent."""


def test_a_model_answers_and_says_whose_fault_it_was() -> None:
    hosted = made("model")["Hosted"]
    with HTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/v1"
        small, large = (
            ChatRequest(model="solve", messages=(Message(role="user", content="x" * n),)) for n in (1, 2000)
        )
        reply = hosted(url, "small", "secret").complete(small)
        owners = []
        for request, key in ((large, "secret"), (small, "wrong")):
            with pytest.raises(ModelError) as raised:
                hosted(url, "small", key).complete(request)
            owners.append(raised.value.owner)
        server.shutdown()
    assert (reply.message.content, reply.tokens_in, reply.model) == ("hello", 3, "small")
    assert owners == ["agent", "ours"]


def test_a_playbook_entry_keeps_the_contract() -> None:
    entry = made("playbook entry")["PATIENCE"]
    playbook.test_an_edit_changes_the_source_and_is_a_function_of_source_and_draw(entry)
    playbook.test_a_second_time_it_is_refused_or_something_new(entry)
    playbook.test_nothing_to_hold_on_to_is_said(entry, {"a.py": "print('hello')\n"})
    assert playbook.compiled(entry.edit(playbook.SEED, Generator(PCG64(0))))


def test_a_repair_operator_gives_edits_that_parse() -> None:
    operator = made("repair operator")["repetitions"]
    text = "if x > 9:\n    x = x // 10\nif x:\n    pass\nelif y:\n    pass\nelse:\n    pass\n"
    source = Source(text)
    edits = [edit.apply(text) for node in ast.walk(source.tree) for edit in operator(source, node)]
    assert edits == [text.replace("if x > 9", "while x > 9")]


def test_a_kata_task_has_a_floor(sandbox: Sandbox, tmp_path: Path) -> None:
    subprocess.run(
        ["bash", "-euc", skeleton("kata task or repository", "sh")], cwd=tmp_path, check=True, timeout=60
    )
    (task,) = Kata(tmp_path / "benchmarks/kata").tasks.values()
    assert fault(task, sandbox) is None
