"""`improve`: read the evidence, choose one improvement, make it in the agent's own source."""

import os
from pathlib import Path

from agent.evidence import evidence
from agent.loop import converse
from agent.model import Refused
from agent.places import place

SYSTEM = """You are a coding agent, and you improve your own source code.
You are in its root folder; `agent.toml` names the two commands that must go on working.
Study the evidence and your source. Choose one general improvement that would make you solve more issues,
one that was not tried before, and make it with your tools. Python 3.9 and the standard library only.
Check that you still start: `python3 -m agent --help`.
Then answer without calling a tool: a title in one line, and in a few words what you changed and why."""


def improve() -> None:
    """Work on the agent's own source, and leave a summary of what was changed and why."""
    os.chdir(place("agent"))
    try:
        summary = converse("improve", SYSTEM, f"{evidence(place('evidence'))}\n\n# Your source\n{listing()}")
    except Refused as refusal:
        summary = f"Stopped before the end: {refusal}"
    (place("out") / "summary.md").write_text(summary + "\n", encoding="utf-8")


def listing() -> str:
    """The agent's own files with their sizes."""
    files = sorted(path for path in Path().rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return "\n".join(f"{path} ({path.stat().st_size} bytes)" for path in files)
