"""Scaffolds that the offline model has never seen, carrying out its actions in a folder of the test's own."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dgm.models.base import ChatRequest
from dgm.models.offline import Offline

MAX_CALLS = 40
_BLOCK = re.compile(r"```bash\n(.*?)```", re.DOTALL)


def shell(folder: Path, command: str) -> str:
    """What `command` prints, run in `folder` with this very Python as python3."""
    script = f'python3() {{ {sys.executable} "$@"; }}\n{command}'
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.Popen(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        # An edit under trial may loop for ever; nothing of it may outlive the command.
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
    return output.decode(errors="replace")


def bash_only(folder: Path, issue: str) -> int:
    """A scaffold without tools: the model writes a fenced bash block a turn. Returns the calls made."""
    system = "Answer with exactly one ```bash block that I shall run, or with plain text when you are done."
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": system},
        {"role": "user", "content": issue},
    ]
    for number in range(MAX_CALLS):
        reply = Offline().complete(ChatRequest.model_validate({"model": "solve", "messages": messages}))
        content = reply.message.content or ""
        block = _BLOCK.search(content)
        if block is None:
            return number + 1
        messages.append({"role": "assistant", "content": content})
        messages.append({"role": "user", "content": shell(folder, block[1])})
    return MAX_CALLS


def one_tool(folder: Path, issue: str) -> int:
    """A scaffold with one tool of its own name, which runs commands."""
    tool = {
        "type": "function",
        "function": {
            "name": "terminal",
            "description": "Execute a command line.",
            "parameters": {"type": "object", "properties": {"cmd": {"type": "string"}}, "required": ["cmd"]},
        },
    }
    messages: list[dict[str, Any]] = [{"role": "user", "content": issue}]
    for number in range(MAX_CALLS):
        request = {"model": "solve", "messages": messages, "tools": [tool]}
        message = Offline().complete(ChatRequest.model_validate(request)).message
        if not message.tool_calls:
            return number + 1
        messages.append(message.model_dump(exclude_none=True))
        for call in message.tool_calls:
            command = json.loads(call.function.arguments)["cmd"]
            messages.append({"role": "tool", "tool_call_id": call.id, "content": shell(folder, command)})
    return MAX_CALLS


SCAFFOLDS: tuple[Callable[[Path, str], int], ...] = (bash_only, one_tool)
