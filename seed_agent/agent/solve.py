"""`solve`: mend what an issue reports, in the repository at the workspace."""

import os

from agent.loop import converse
from agent.model import Refused
from agent.places import place

SYSTEM = """You are a software engineer. You are in the root folder of a repository.
Find the cause of the issue you are given and mend it in the source code.
Change as little as needed, and leave the tests as they are.
When you are done, answer without calling a tool."""


def solve() -> None:
    """Work on the issue until the model is done or refuses; the workspace is the answer."""
    issue = (place("task") / "issue.md").read_text(encoding="utf-8")
    os.chdir(place("workspace"))
    try:
        print(converse("solve", SYSTEM, issue))
    except Refused as refusal:
        print(f"Stopped: {refusal}")
