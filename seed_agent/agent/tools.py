"""What the model can do: run a command, view a file, write a file. A tool is a function of texts."""

import inspect
import json
import os
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Callable

COMMAND_SECONDS = 30
READ_BYTES = 1_000_000
SHOWN = 4_000


def bash(command: str) -> str:
    """Run a shell command; shows its output, and its exit code if it failed."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            ["bash", "-c", command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = process.wait(COMMAND_SECONDS)
            ending = f"[exit code {code}]\n" if code else ""
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            ending = f"[stopped after {COMMAND_SECONDS} seconds]\n"
        output.seek(0)
        return ending + output.read(READ_BYTES).decode(errors="replace")


def view(path: str) -> str:
    """Show a whole file."""
    return Path(path).read_bytes().decode()


def write(path: str, content: str) -> str:
    """Write a whole file."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(content.encode())
    return f"Wrote {path}."


TOOLS = {tool.__name__: tool for tool in (bash, view, write)}


def described(tool: Callable) -> dict:
    """A tool as the model is told of it."""
    names = list(inspect.signature(tool).parameters)
    parameters = {
        "type": "object",
        "properties": {name: {"type": "string"} for name in names},
        "required": names,
    }
    function = {"name": tool.__name__, "description": tool.__doc__, "parameters": parameters}
    return {"type": "function", "function": function}


def clipped(text: str) -> str:
    """The beginning of a long text."""
    if len(text) <= SHOWN:
        return text
    return f"{text[:SHOWN]}\n[clipped: {SHOWN} of {len(text)} characters shown]"


def use(call: dict) -> str:
    """Use the tool that the model calls; what goes wrong is told to the model."""
    try:
        tool = TOOLS[call["function"]["name"]]
        return clipped(tool(**json.loads(call["function"]["arguments"])))
    except (OSError, ValueError, TypeError, KeyError) as error:
        return f"{type(error).__name__}: {error}"
