"""The mind for `improve` behind scaffolds it has never seen."""

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from dgm.models.base import ChatRequest, Function, Message, Tool
from dgm.models.offline import Offline
from dgm.playbook import PLAYBOOK

SEED_AGENT = Path(__file__).parents[2] / "seed_agent"
TITLES = {entry.title for entry in PLAYBOOK}


def shell(command: str, folder: Path) -> str:
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, capture_output=True, text=True, timeout=30, check=False
    )
    return done.stdout + done.stderr


def blocks(folder: Path, seed: int, user: str = "Improve yourself.") -> str:
    """A scaffold without tools: one fenced block a turn, its output between tags."""
    messages = [Message(role="user", content=f"{user}\nReply with one ```bash block, or none to end.")]
    for _ in range(60):
        request = ChatRequest(model="improve", messages=tuple(messages), seed=seed)
        said = Offline().complete(request).message
        block = re.search(r"```bash\n(.*?)\n```", said.content or "", re.DOTALL)
        if block is None:
            return said.content or ""
        output = f"Exit 0\n<output>\n{shell(block[1], folder)}</output>"
        messages += [said, Message(role="user", content=output)]
    raise AssertionError("it never ends")


def one_tool(
    folder: Path, seed: int, user: str = "Improve yourself.", evidence: Path = Path("/nowhere")
) -> str:
    """A scaffold with one tool that it calls `exec`, all calls carried out."""
    schema = {"type": "object", "properties": {"script": {"type": "string"}}, "required": ["script"]}
    tool = Tool(function=Function(name="exec", description="Runs a script.", parameters=schema))
    messages = [Message(role="user", content=user)]
    for _ in range(60):
        request = ChatRequest(model="improve", messages=tuple(messages), tools=(tool,), seed=seed)
        said = Offline().complete(request).message
        messages.append(said)
        if not said.tool_calls:
            return said.content or ""
        for call in said.tool_calls:
            script = json.loads(call.function.arguments)["script"]
            output = shell(f"export DGM_EVIDENCE={evidence}; {script}", folder)
            messages.append(Message(role="tool", tool_call_id=call.id, content=output))
    raise AssertionError("it never ends")


@pytest.fixture
def agent(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SEED_AGENT, tmp_path / "agent", ignore=shutil.ignore_patterns("__pycache__")))


def sources(agent: Path) -> Mapping[str, str]:
    return {p.relative_to(agent).as_posix(): p.read_text() for p in sorted(agent.rglob("*.py"))}


@pytest.mark.parametrize("scaffold", [blocks, one_tool])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_any_scaffold_with_a_shell_will_do(
    scaffold: Callable[[Path, int], str], seed: int, agent: Path
) -> None:
    before = sources(agent)
    summary = scaffold(agent, seed)
    assert summary.split("\n")[0] in TITLES
    after = sources(agent)
    changed = {path for path in after if after[path] != before.get(path)}
    assert changed
    assert all(path in summary for path in changed)
    helped = subprocess.run(["python3", "-m", "agent", "--help"], cwd=agent, capture_output=True, check=False)
    assert helped.returncode == 0


def test_both_scaffolds_lead_to_the_same_child(agent: Path, tmp_path: Path) -> None:
    twin = Path(shutil.copytree(agent, tmp_path / "twin"))
    assert blocks(agent, 4) == one_tool(twin, 4)
    assert sources(agent) == sources(twin)


def test_draws_are_spread_over_what_applies(agent: Path) -> None:
    titles = set()
    for seed in range(12):
        copy = Path(shutil.copytree(agent, agent.parent / str(seed)))
        titles.add(one_tool(copy, seed).split("\n")[0])
    assert len(titles) >= 8


def test_what_the_evidence_speaks_for_is_drawn_sooner(agent: Path) -> None:
    failed = agent.parent / "evidence" / "tasks" / "one"
    failed.mkdir(parents=True)
    speaking = {entry.title for entry in PLAYBOOK if "clipped:" in entry.signs}

    def drawn() -> int:
        titles = []
        for seed in range(9):
            copy = Path(shutil.copytree(agent, Path(tempfile.mkdtemp(dir=agent.parent)) / "agent"))
            titles.append(one_tool(copy, seed, evidence=failed.parent.parent).split("\n")[0])
        return sum(title in speaking for title in titles)

    before = drawn()
    (failed / "transcript.jsonl").write_text("[clipped: 4000 of 9650 characters shown]\n" * 3)
    assert drawn() > before


def test_what_does_not_start_is_put_back(agent: Path) -> None:
    (agent / "agent.toml").write_text('[commands]\nsolve = ["false"]\nimprove = ["true"]\n')
    before = sources(agent)
    assert "put everything back" in one_tool(agent, 3)
    assert sources(agent) == before


def test_a_source_it_knows_no_change_for_is_left_as_it_is(agent: Path) -> None:
    shutil.rmtree(agent / "agent")
    (agent / "main.py").write_text("print('hello')\n")
    assert one_tool(agent, 0).startswith("I know of no change")
    assert sources(agent) == {"main.py": "print('hello')\n"}


def test_without_hands_it_says_so() -> None:
    request = ChatRequest(model="improve", messages=(Message(role="user", content="Improve yourself."),))
    reply = Offline().complete(request)
    assert reply.message.content == "I could not look at my own source, and changed nothing."
    assert "no language model" in reply.model
