"""`Hands`: what a scaffold lets a model do, read off the chat request alone."""

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from dgm.models.base import ChatRequest, Function

Part = Literal[
    "command",
    "path",
    "start",
    "end",
    "count",
    "range",
    "content",
    "old",
    "new",
    "symbol",
    "candidates",
    "check",
]

# Names of parameters tell more than descriptions; the first part that has one of the words wins.
_NAMES: Mapping[Part, frozenset[str]] = {
    "candidates": frozenset({"candidates", "alternatives", "variants", "options"}),
    "check": frozenset({"check", "verify", "test"}),
    "symbol": frozenset({"symbol", "definition", "function", "method"}),
    "range": frozenset({"range"}),
    "old": frozenset({"old", "search", "find", "before", "original"}),
    "new": frozenset({"new", "replacement", "replace", "after", "with"}),
    "start": frozenset({"start", "from", "first", "begin", "offset"}),
    "end": frozenset({"end", "to", "last", "stop", "until"}),
    "count": frozenset({"count", "limit", "lines"}),
    "content": frozenset({"content", "contents", "text", "body", "data", "code"}),
    "path": frozenset({"path", "file", "filename", "filepath"}),
    "command": frozenset({"command", "cmd", "script", "shell", "bash", "commandline"}),
}
_DESCRIPTIONS: Mapping[Part, re.Pattern[str]] = {
    "old": re.compile(r"\b(to be replaced|to replace|to find|existing|old)\b"),
    "new": re.compile(r"\b(replacement|put in its place|instead|new text)\b"),
    "start": re.compile(r"\bfirst line\b"),
    "end": re.compile(r"\blast line\b"),
    "path": re.compile(r"\b(path|file ?name|which file)\b"),
    "content": re.compile(r"\b(contents?|text)\b"),
    "command": re.compile(r"\b(command|shell|bash)\b"),
}
_SHELL = re.compile(r"\b(bash|shell|command|terminal|execute)\b")
_VIEW = re.compile(r"\b(view|read|reads|show|shows|open|cat|display|see|look)\b")
_WRITE = re.compile(r"\b(write|writes|create|creates|save|saves|overwrite|put|set|edit)\b")
_RESTORE = re.compile(r"\b(restore|restores|reset|resets|undo|undoes|revert|reverts)\b")
_OTHER = frozenset(
    {"append", "insert", "delete", "remove", "list", "ls", "move", "rename", "mkdir", "search"}
)
_LAST_LINE = 1_000_000
_FENCE = re.compile(r"```(\w*(?:bash|shell|sh)\w*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do: a call of `tool` with JSON `arguments`, or, where `tool` is None, a turn of `text`."""

    tool: str | None = None
    arguments: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class _Tool:
    name: str
    about: str
    words: frozenset[str]
    parts: Mapping[Part, str]
    """The parameter that plays each part."""
    needs: frozenset[str]
    """Required parameters, by name."""

    def takes(self, *parts: Part) -> bool:
        """Whether it has all of these parts, and they are enough to call it."""
        names = {self.parts.get(part) for part in parts}
        return None not in names and self.needs <= names

    def call(self, **values: object) -> Action:
        arguments = {self.parts[part]: value for part, value in values.items()}  # type: ignore[index]
        return Action(self.name, json.dumps(arguments))


class Hands:
    """The hands a request gives. Each method returns the `Action`, or None where there is no such hand.

    Tools are told apart by the names, descriptions and shape of their parameters. Where no tool runs
    commands but the conversation asks for a fenced shell block, commands are text. Without tools of their
    own, `view` and `write` go through the shell.
    """

    __slots__ = ("_fence", "_range", "_replace", "_restore", "_shell", "_symbol", "_try", "_view", "_write")

    def __init__(self, request: ChatRequest) -> None:
        tools = [_described(tool.function) for tool in request.tools]
        self._shell = next((tool for tool in tools if _is_shell(tool)), None)
        self._view = next((tool for tool in tools if _is_view(tool)), None)
        self._range = next((tool for tool in tools if _is_range(tool)), None)
        self._write = next((tool for tool in tools if _is_write(tool)), None)
        self._replace = next((tool for tool in tools if tool.takes("path", "old", "new")), None)
        self._symbol = next((tool for tool in tools if _is_symbol(tool)), None)
        self._try = next((tool for tool in tools if tool.takes("path", "old", "candidates", "check")), None)
        self._restore = next((tool for tool in tools if _is_restore(tool)), None)
        self._fence = None if request.tools else _fence(request)

    @property
    def can_shell(self) -> bool:
        """Commands can be run."""
        return self._shell is not None or self._fence is not None

    @property
    def can_view(self) -> bool:
        """Files can be viewed."""
        return self._view is not None or self.can_shell

    @property
    def can_range(self) -> bool:
        """A part of a file can be viewed."""
        return self._range is not None or (self._view is None and self.can_shell)

    @property
    def can_write(self) -> bool:
        """Whole files can be written."""
        return self._write is not None or self.can_shell

    @property
    def can_replace(self) -> bool:
        """A part of a file can be replaced."""
        return self._replace is not None

    @property
    def can_try(self) -> bool:
        """Several replacements can be tried in turn, each with a check."""
        return self._try is not None

    @property
    def can_restore(self) -> bool:
        """A file can be put back as it was."""
        return self._restore is not None

    @property
    def one_at_a_time(self) -> bool:
        """A turn holds one action, because actions are text."""
        return self._fence is not None

    def shell(self, command: str) -> Action | None:
        """Run `command` in a shell."""
        if self._shell:
            return self._shell.call(command=command)
        if self._fence and "```" not in command:
            return Action(text=f"```{self._fence}\n{command}\n```")
        return None

    def view(self, path: str, start: int | None = None, end: int | None = None) -> Action | None:
        """Show a file, or its lines `start` to `end`, counted from 1, both included."""
        whole = start is None and end is None
        if not whole and self._range is not None:
            return self._range.call(path=path, **_lines(self._range, start or 1, end))
        if self._view is None:
            target = shlex.quote(path)
            return self.shell(f"cat {target}" if whole else f"sed -n '{start or 1},{end or '$'}p' {target}")
        return self._view.call(path=path) if whole else None

    def write(self, path: str, content: str) -> Action | None:
        """Make `content` the whole of a file."""
        if self._write:
            return self._write.call(path=path, **{_whole(self._write): content})
        target = shlex.quote(path)
        if not content.endswith("\n"):
            return self.shell(f"printf '%s' {shlex.quote(content)} > {target}")
        mark = "EOF"
        while mark in content:
            mark += "_"
        return self.shell(f"cat > {target} <<'{mark}'\n{content}{mark}")

    def replace(self, path: str, old: str, new: str) -> Action | None:
        """Put `new` where `old` stands in a file."""
        return self._replace.call(path=path, old=old, new=new) if self._replace else None

    def define(self, path: str, symbol: str, code: str) -> Action | None:
        """Make `code` the whole of a function, `Class.method` or class."""
        if self._symbol is None:
            return None
        return self._symbol.call(path=path, symbol=symbol, **{_whole(self._symbol): code})

    def try_each(self, path: str, old: str, candidates: Sequence[str], check: str) -> Action | None:
        """Put each candidate where `old` stands in turn, run `check` on each, and put the file back."""
        if self._try is None:
            return None
        return self._try.call(path=path, old=old, candidates=json.dumps(candidates), check=check)

    def restore(self, path: str) -> Action | None:
        """Put a file back as it was."""
        if self._restore is None:
            return None
        return self._restore.call(path=path) if "path" in self._restore.parts else self._restore.call()


def _lines(tool: _Tool, start: int, end: int | None) -> dict[str, object]:
    if "range" in tool.parts:
        return {"range": [start, -1 if end is None else end]}
    if end is None and tool.needs <= {tool.parts["path"], tool.parts["start"]}:
        return {"start": start}
    end = _LAST_LINE if end is None else end
    return {"start": start, "end": end} if "end" in tool.parts else {"start": start, "count": end - start + 1}


def _is_shell(tool: _Tool) -> bool:
    return tool.takes("command") and not tool.words & _OTHER


def _is_view(tool: _Tool) -> bool:
    if {"content", "old", "new", "command"} & set(tool.parts) or tool.words & _OTHER or _is_restore(tool):
        return False
    return tool.takes("path") and bool(_VIEW.search(tool.about))


def _is_range(tool: _Tool) -> bool:
    if {"content", "old", "new", "command"} & set(tool.parts) or tool.words & _OTHER:
        return False
    ranged = tool.takes("path", "range") or tool.takes("path", "start", "end")
    return (ranged or tool.takes("path", "start", "count")) and bool(_VIEW.search(tool.about))


def _is_write(tool: _Tool) -> bool:
    if {"old", "symbol"} & set(tool.parts) or tool.words & _OTHER or not _WRITE.search(tool.about):
        return False
    return tool.takes("path", "content") or tool.takes("path", "new")


def _is_symbol(tool: _Tool) -> bool:
    return tool.takes("path", "symbol", "content") or tool.takes("path", "symbol", "new")


def _whole(tool: _Tool) -> Part:
    return "content" if "content" in tool.parts else "new"


def _is_restore(tool: _Tool) -> bool:
    if set(tool.parts) - {"path"} or not _RESTORE.search(tool.about):
        return False
    return tool.takes() or tool.takes("path")


def _described(function: Function) -> _Tool:
    schema = function.parameters
    properties = schema.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    required = schema.get("required")
    needs = frozenset(map(str, required)) if isinstance(required, list) else frozenset()
    words = _words(function.name)
    about = f"{' '.join(words)} {function.description}".lower()
    parts: dict[Part, str] = {}
    for name, parameter in properties.items():
        part = _part(name, parameter)
        if part is not None:
            parts.setdefault(part, name)
    if len(properties) == 1 and set(parts) <= {"content", "check"} and _SHELL.search(about):
        parts = {"command": next(iter(properties))}
    return _Tool(function.name, about, frozenset(words), parts, needs)


def _part(name: str, parameter: object) -> Part | None:
    # A choice among fixed words is a mode, whatever it is called.
    if not isinstance(parameter, dict) or "enum" in parameter:
        return None
    words = set(_words(name))
    for part, known in _NAMES.items():
        if words & known:
            return part
    description = str(parameter.get("description", "")).lower()
    return next((part for part, known in _DESCRIPTIONS.items() if known.search(description)), None)


def _words(name: str) -> Sequence[str]:
    return re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower())


def _fence(request: ChatRequest) -> str | None:
    for message in request.messages:
        if message.role == "assistant":
            return None
        asked = _FENCE.search(message.content or "")
        if asked:
            return asked[1]
    return None
