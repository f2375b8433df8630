import ast
import json
import re
import socket
import sys
import time
from pathlib import Path

import pytest
from small_gateway import SEED_AGENT, gateway, planted, run, sources, start

from dgm.models.base import ChatReply, ChatRequest, FunctionCall, Message, ModelError, ToolCall
from dgm.models.scripted import Replies, Say, Scripted, Shell, Write


def reply(*calls: tuple[str, object], text: str | None = None) -> ChatReply:
    """A raw reply; arguments that are no text are made JSON."""
    tool_calls = tuple(
        ToolCall(
            id=f"id{place}",
            function=FunctionCall(name=name, arguments=a if isinstance(a, str) else json.dumps(a)),
        )
        for place, (name, a) in enumerate(calls)
    )
    message = Message(role="assistant", content=text, tool_calls=tool_calls or None)
    finish = "tool_calls" if calls else "stop"
    return ChatReply(message=message, finish_reason=finish, tokens_in=0, tokens_out=0, model="m")


def shown(place: Path, agent: Path, *calls: tuple[str, object]) -> list[str]:
    """What the agent shows for these calls, one a turn."""
    model = Replies([*(reply(call) for call in calls), reply(text="done")])
    assert run("solve", agent, place, model).code == 0
    return [m.content or "" for m in model.requests[-1].messages if m.role == "tool"]


def test_it_is_small_plain_and_old_enough() -> None:
    files = sources(SEED_AGENT)
    assert all(len(text) < 3_500 for text in files.values())
    assert sum(text.count("\n") for text in files.values()) <= 300
    for path, text in files.items():
        tree = ast.parse(text, path, feature_version=(3, 9))
        assert not re.search(r"-> .* \| |: \w+ \| ", text), path
        imported = {
            name.split(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in (
                [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            )
        }
        assert imported <= sys.stdlib_module_names | {"agent"}, path


def test_solve_works_in_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "workspace").mkdir()
    (tmp_path / "workspace" / "adder.py").write_text("def add(a, b):\n    return a - b\n")
    (tmp_path / "workspace" / "agent").mkdir()
    (tmp_path / "workspace" / "agent" / "__init__.py").write_text("raise SystemExit('the wrong agent')\n")
    model = Scripted([Shell("sed -i 's/a - b/a + b/' adder.py"), Write("new/note.txt", "é\n"), Say("Done.")])
    ran = run("solve", planted(tmp_path / "agent"), tmp_path, model)
    assert (ran.code, ran.output) == (0, "Done.\n")
    assert (tmp_path / "workspace" / "adder.py").read_text() == "def add(a, b):\n    return a + b\n"
    assert (tmp_path / "workspace" / "new" / "note.txt").read_bytes() == "é\n".encode()


def test_the_issue_reaches_the_model_as_it_is(tmp_path: Path) -> None:
    model = Replies([reply(text="ok")])
    with gateway(model) as path:
        start("solve", SEED_AGENT, tmp_path, path, issue="It says `ß` — why?")
    assert [m.role for m in model.requests[0].messages] == ["system", "user"]
    assert model.requests[0].messages[1].content == "It says `ß` — why?"


def test_improve_edits_its_own_source_and_leaves_a_summary(tmp_path: Path) -> None:
    agent = planted(tmp_path / "agent")
    model = Scripted([Shell("echo '# changed' >> agent/loop.py"), Say("A title\n\nWhy.")])
    ran = run("improve", agent, tmp_path, model)
    assert ran.code == 0, ran.output
    assert (agent / "agent" / "loop.py").read_text().endswith("# changed\n")
    assert ran.summary == "A title\n\nWhy.\n"


def test_improve_shows_the_evidence(tmp_path: Path) -> None:
    evidence = tmp_path / "evidence"
    task = evidence / "tasks" / "kata-1"
    task.mkdir(parents=True)
    (evidence / "scores.json").write_text(json.dumps({"resolved": 2, "attempted": 7}))
    (evidence / "suggestions.md").write_text("- A sharper knife")
    ancestor = {"agent": "a" * 40, "summary": "The first of us", "resolved": 1, "attempted": 7}
    (evidence / "lineage.json").write_text(json.dumps({"agent": "b" * 40, "ancestors": [ancestor]}))
    earlier = {"summary": "Tried it", "outcome": "rejected", "reason": "broke", "resolved": 0, "attempted": 0}
    (evidence / "earlier.json").write_text(json.dumps([earlier]))
    (task / "issue.md").write_text("Wrong sum.")
    (task / "patch.diff").write_text("+ patch")
    (task / "transcript.jsonl").write_text("x" * 9_000 + "the end")
    (task / "verdict.json").write_text(json.dumps({"verdict": "unresolved", "reason": "2 failed"}))
    model = Replies([reply(text="nothing to do")])
    ran = run("improve", planted(tmp_path / "agent"), tmp_path, model)
    assert ran.code == 0, ran.output
    told = model.requests[0].messages[1].content or ""
    for piece in (
        "Resolved 2 of 7",
        "The first of us",
        "Tried it\n(rejected broke;",
        "Wrong sum.",
        "+ patch",
        "A sharper knife",
    ):
        assert piece in told
    assert "the end" in told
    assert "x" * 3_000 not in told
    assert re.search(r"^agent/tools\.py \(\d+ bytes\)$", told, re.MULTILINE)


def test_only_the_first_call_of_a_turn_is_carried_out(tmp_path: Path) -> None:
    two = reply(("bash", {"command": "echo one"}), ("bash", {"command": "touch two"}))
    model = Replies([two, reply(text="done")])
    run("solve", SEED_AGENT, tmp_path, model)
    assert not (tmp_path / "workspace" / "two").exists()
    _, _, said, result = model.requests[-1].messages
    assert [call.id for call in said.tool_calls or ()] == ["id0"]
    assert (result.tool_call_id, result.content) == ("id0", "one\n")


def test_tools_show_whole_short_texts_and_clip_long_ones(tmp_path: Path) -> None:
    long = "".join(f"line {n}\n" for n in range(1_000))
    whole, clipped, output = shown(
        tmp_path,
        SEED_AGENT,
        ("view", {"path": str(SEED_AGENT / "agent" / "tools.py")}),
        ("bash", {"command": f"printf '%s' '{long}' | tee long.txt"}),
        ("view", {"path": "long.txt"}),
    )
    assert whole == (SEED_AGENT / "agent" / "tools.py").read_text()
    assert clipped == output == long[:4_000] + f"\n[clipped: 4000 of {len(long)} characters shown]"


def test_what_goes_wrong_is_told_to_the_model(tmp_path: Path) -> None:
    results = shown(
        tmp_path,
        SEED_AGENT,
        ("bash", {"command": "echo no >&2; exit 3"}),
        ("view", {"path": "nowhere"}),
        ("fly", {}),
        ("view", "{not json"),
        ("view", {"road": "x"}),
        ("view", "[1]"),
        ("bash", {"command": "printf '\\377'"}),
    )
    assert results[0] == "[exit code 3]\nno\n"
    errors = ["FileNotFoundError", "KeyError", "JSONDecodeError", "TypeError", "TypeError"]
    assert [result.split(":")[0] for result in results[1:6]] == errors
    assert results[6] == "\ufffd"


def test_a_command_that_hangs_is_stopped_and_one_left_behind_is_not_waited_for(tmp_path: Path) -> None:
    quick = (
        (SEED_AGENT / "agent" / "tools.py").read_text().replace("COMMAND_SECONDS = 30", "COMMAND_SECONDS = 1")
    )
    agent = planted(tmp_path / "agent", {"agent/tools.py": quick})
    started = time.monotonic()
    hung, left = shown(
        tmp_path,
        agent,
        ("bash", {"command": "echo before; sleep 60 | sleep 60"}),
        ("bash", {"command": "sleep 5 & echo after"}),
    )
    assert hung == "[stopped after 1 seconds]\nbefore\n"
    assert left == "after\n"
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("role", ["solve", "improve"])
def test_a_used_up_budget_ends_the_work_in_good_order(tmp_path: Path, role: str) -> None:
    model = Scripted([Shell("echo kept > kept.txt")] * 3 + [Say("never said")])
    agent = planted(tmp_path / "agent")
    ran = run(role, agent, tmp_path, model, calls=2)
    assert ran.code == 0, ran.output
    kept = (tmp_path / "workspace" if role == "solve" else agent) / "kept.txt"
    assert kept.read_text() == "kept\n"
    assert "402" in (ran.output if role == "solve" else ran.summary)


def test_a_refusal_ends_the_work_in_good_order(tmp_path: Path) -> None:
    ran = run("solve", SEED_AGENT, tmp_path, Replies(errors={1: ModelError("too long", owner="agent")}))
    assert (ran.code, "too long" in ran.output) == (0, True)


def test_a_dead_gateway_ends_it_promptly(tmp_path: Path) -> None:
    started = time.monotonic()
    missing = start("solve", SEED_AGENT, tmp_path, tmp_path / "nobody")
    assert (missing.code, missing.output.startswith("agent: FileNotFoundError")) == (1, True)
    with gateway(Replies()) as path:
        pass
    assert start("solve", SEED_AGENT, tmp_path, path).code == 1
    assert time.monotonic() - started < 10


def test_a_gateway_that_hangs_up_ends_it_promptly(tmp_path: Path) -> None:
    with gateway(Replies()) as path, socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(path) + "2")
        deaf.listen()
        deaf.shutdown(socket.SHUT_RDWR)
        ran = start("solve", SEED_AGENT, tmp_path, str(path) + "2")
    assert ran.code == 1
    assert ran.output.count("\n") == 1


def test_help_starts_without_a_gateway(tmp_path: Path) -> None:
    with gateway(Replies()) as path:
        ran = start("--help", SEED_AGENT, tmp_path, path)
    assert (ran.code, "solve" in ran.output) == (0, True)


def test_requests_are_chat_completions(tmp_path: Path) -> None:
    model = Replies([reply(text="ok")])
    run("improve", planted(tmp_path / "agent"), tmp_path, model)
    request: ChatRequest = model.requests[0]
    assert request.model == "improve"
    assert [tool.function.name for tool in request.tools] == ["bash", "view", "write"]
    assert all(tool.function.description for tool in request.tools)
