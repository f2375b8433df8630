"""Scaffolds that the offline model has never seen, carrying out its actions in a folder of the test's own."""

import ast
import inspect
import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dgm.models.base import ChatRequest
from dgm.models.offline import Offline

MAX_CALLS = 40
_BLOCK = re.compile(r"```bash\n(.*?)```", re.DOTALL)


def shell(folder: Path, command: str) -> str:
    """What `command` prints, run in `folder` with this very Python as python3."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": str(folder),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    process = subprocess.Popen(
        ["bash", "-c", command],
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


@dataclass(frozen=True)
class Talk:
    """What a conversation came to."""

    calls: int
    """Of the model."""
    used: Counter[str]
    """How often each tool was used."""
    said: str


def with_tools(folder: Path, issue: str, *names: str, shown: int = 2_000) -> Talk:
    """A scaffold with these tools beside its shell, one call a turn, that clips what it shows."""
    tools = {"bash": _bash} | {name: _TOOLS[name] for name in names}
    offered = [_described(name, tool) for name, tool in tools.items()]
    messages: list[dict[str, Any]] = [{"role": "user", "content": issue}]
    used: Counter[str] = Counter()
    for number in range(1, 200):
        request = {"model": "solve", "messages": messages, "tools": offered}
        message = Offline().complete(ChatRequest.model_validate(request)).message
        if not message.tool_calls:
            return Talk(number, used, message.content or "")
        call = message.tool_calls[0]
        used[call.function.name] += 1
        text = tools[call.function.name](folder, **json.loads(call.function.arguments))
        cut = text if len(text) <= shown else f"{text[:shown]}\n[clipped: {len(text)} characters]"
        messages.append({**message.model_dump(exclude_none=True), "tool_calls": [call.model_dump()]})
        messages.append({"role": "tool", "tool_call_id": call.id, "content": cut})
    raise AssertionError("it never came to an end")


def _described(name: str, tool: Callable[..., str]) -> dict[str, Any]:
    _, *parameters = inspect.signature(tool).parameters
    schema = {"properties": {each: {"type": "string"} for each in parameters}, "required": parameters}
    return {"type": "function", "function": {"name": name, "description": tool.__doc__, "parameters": schema}}


def _bash(folder: Path, command: str) -> str:
    """Run a shell command."""
    return shell(folder, command)


def _view(folder: Path, path: str) -> str:
    """Show a file."""
    return (folder / path).read_text()


def _view_both_ends(folder: Path, path: str) -> str:
    """Show the ends of a file."""
    text = (folder / path).read_text()
    return text if len(text) <= 1_800 else f"{text[:900]}\n[...]\n{text[-900:]}\n[clipped]"


def _read_lines(folder: Path, path: str, first: str, last: str) -> str:
    """Read some lines of a file."""
    lines = (folder / path).read_text().splitlines(keepends=True)
    return "".join(lines[int(first) - 1 : int(last)]) or f"There are {len(lines)} lines."


def _write(folder: Path, path: str, content: str) -> str:
    """Write a file."""
    (folder / path).write_text(content)
    return "Written."


def _replace(folder: Path, path: str, old: str, new: str) -> str:
    """Replace a text that stands once in a file."""
    text = (folder / path).read_text()
    if text.count(old) != 1:
        return "It does not stand there once."
    return _write(folder, path, text.replace(old, new))


def _redefine(folder: Path, path: str, symbol: str, code: str) -> str:
    """Replace a function or a method of a class."""
    text = (folder / path).read_text()
    body = ast.parse(text).body
    for name in symbol.split("."):
        node = next(each for each in body if isinstance(each, _DEFINITION) and each.name == name)
        body = node.body
    lines = text.splitlines(keepends=True)
    return _write(folder, path, "".join([*lines[: node.lineno - 1], code, *lines[node.end_lineno :]]))


def _try_each(folder: Path, path: str, old: str, candidates: str, check: str) -> str:
    """Try each of the candidates in place of the old text, and run a check on each."""
    text = (folder / path).read_text()
    shown = []
    for new in json.loads(candidates):
        if "Written." not in _replace(folder, path, old, new):
            return "It does not stand there once."
        shown.append(shell(folder, check))
        _write(folder, path, text)
    return "\n".join(shown)


_DEFINITION = ast.FunctionDef | ast.ClassDef
_TOOLS: Mapping[str, Callable[..., str]] = {
    "view": _view,
    "view_ends": _view_both_ends,
    "read_lines": _read_lines,
    "write": _write,
    "replace": _replace,
    "redefine": _redefine,
    "try_each": _try_each,
}
SCAFFOLDS: tuple[Callable[[Path, str], int], ...] = (bash_only, one_tool)
