"""`dgm check-agent`: each demand in a line with its mend, and an exit code that can be gone by."""

import json
from pathlib import Path

from tests.cli.command import complaint, dgm

IDLE = '[commands]\nsolve = ["true"]\nimprove = ["sh", "-c", "exit 3"]\n'


def test_no_agent_is_told_what_makes_one(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("none\n")
    done = dgm("check-agent", tmp_path)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0] == "ok  source: 1 files, 5 bytes"
    assert lines[1].startswith("no  agent.toml: agent.toml: missing; an agent has one at its root")
    assert lines[2:] == ["    mend: see docs/your-own-agent.md", "a run would not take it"]
    assert "no such folder" in complaint(dgm("check-agent", tmp_path / "nowhere"), 2)


def test_an_agent_that_only_looks_like_one_is_found_out(tmp_path: Path) -> None:
    (tmp_path / "agent.toml").write_text(IDLE)
    done = dgm("check-agent", tmp_path, "--json")
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert told["taken"] is False
    demands = {demand["name"]: demand for demand in told["demands"]}
    assert [name for name, demand in demands.items() if demand["needed"] and not demand["met"]] == [
        "one-line fix", "edits itself", "solve asks the model", "improve asks the model",
    ]  # fmt: skip
    assert demands["solve --help"]["met"]
    assert demands["improve"]["told"] == "ended with status 3, after 0 calls"
    assert demands["resolves daybook-back-to-back"]["told"].startswith("2 of 10 tests did not pass")
    assert not demands["summary.md"]["met"]
