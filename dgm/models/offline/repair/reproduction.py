"""From an issue to a check: the code a user gave, and what it should print."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

DONE = "[check done]"
TRACE = "[executed]"

_FENCE = re.compile(r"```(\w*)[^\n]*\n(.*?)```", re.DOTALL)
_QUOTED = r"[`\"“]([^`\"“”\n]{1,200})[`\"”]"
_PLAIN = r"(\[[^\]\n]*\]|\([^)\n]*\)|\{[^}\n]*\}|'[^'\n]*'|[^\n`,;]{1,60}?)(?:,| but|\.\s|\.$|;|\n)"
_EXPECTED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"#\s*(?:expected|should be|should print|expect|want(?:ed)?)\b\s*:?\s*([^\n]+)",
        rf"expect(?:ed|ing|s)?\b[^`\"\n]{{0,60}}{_QUOTED}",
        rf"(?:should|ought to|must|supposed to)\b[^`\"\n]{{0,60}}{_QUOTED}",
        rf"instead of (?:the )?{_QUOTED}",
        rf"(?:rather than|and not|not)\s+{_QUOTED}",
        r"expected(?: output| result)?\s*:?\s*\n+```\w*\n(.*?)\n```",
        r"expected(?: output| result)?\s*:\s*([^\n`]+)",
        r"expect(?:ed)?(?: it to (?:be|print|give|return)| to (?:see|get))?\s+" + _PLAIN,
        r"should (?:be|print|give|return|show|say|come out as|have been)\s+" + _PLAIN,
        r"instead of\s+" + _PLAIN,
    )
)
_TRACER = """
import os, sys, traceback
_root, _seen = os.getcwd() + os.sep, {}
sys.path[:0] = [os.getcwd(), os.path.join(os.getcwd(), "src")]
def _trace(frame, event, argument):
    name = frame.f_code.co_filename
    if not name.startswith(_root) or not frame.f_code.co_flags & 1:
        return None
    _seen.setdefault(name[len(_root):], set()).add(frame.f_lineno)
    return _trace
def _shown(value):
    if value is not None:
        print(repr(value))
sys.settrace(_trace if len(sys.argv) > 1 else None)
try:
    exec(compile(_SOURCE, "<check>", "exec"), {"__name__": "__main__", "_shown": _shown})
except BaseException:
    sys.settrace(None)
    print(traceback.format_exc(limit=-4))
sys.settrace(None)
"""
_REPORT = f"""
for _name, _lines in sorted(_seen.items()):
    print("{TRACE}", _name, *sorted(_lines))
"""


@dataclass(frozen=True, slots=True)
class Reproduction:
    """A program to run, and the texts that its user says it should print, likeliest first."""

    program: str
    expected: tuple[str, ...]

    def command(self, *, traced: bool = False) -> str:
        """A shell command that runs the program in the repository, with the lines it executed if `traced`."""
        body = f"_SOURCE = {self.program!r}{_TRACER}" + (_REPORT if traced else "")
        words = " traced" if traced else ""
        # An edit may loop or grow for ever; the check must not take the whole attempt with it.
        limits = "ulimit -v 1000000; timeout 5"
        return f"{limits} python3 -{words} <<'END_OF_CHECK' 2>&1\n{body}\nEND_OF_CHECK\necho '{DONE}'"


@lru_cache(maxsize=64)
def reproductions(issue: str) -> tuple[Reproduction, ...]:
    """Every block of the issue that can be run, as a check."""
    expected = tuple(dict.fromkeys(_expectations(issue)))
    found = []
    for _, block in _FENCE.findall(issue):
        if ">>>" in block:
            program, told = _session(block)
            expected_here = expected + tuple(told)
        else:
            program, expected_here = _shown(block), expected
        if program and any(mark in block for mark in ("import", "(", ">>>")):
            found.append(Reproduction(program, expected_here))
    return tuple(found)


def satisfied(expected: str, output: str, *, strict: bool = False) -> bool:
    """Whether `output` says what was expected: as a line of its own or, unless `strict`, as words of one."""
    if "Traceback (most recent call last)" in output and "Error" not in expected:
        return False
    wanted = expected.strip()
    if "\n" in wanted:
        return wanted in output
    if re.fullmatch(r"[A-Z]\w*(Error|Exception)", wanted):
        return wanted in output
    lines = [line.strip() for line in output.splitlines() if not line.startswith((TRACE, DONE))]
    if strict or any(line in {wanted, repr(wanted)} for line in lines):
        return any(line in {wanted, repr(wanted)} for line in lines)
    return any(re.search(rf"(?<![\w.]){re.escape(wanted)}(?![\w.])", line) for line in lines)


def fault(output: str) -> bool:
    """Whether the program ended with an error."""
    return "Traceback (most recent call last)" in output


def executed(output: str) -> dict[str, frozenset[int]]:
    """The lines that a traced check ran, by file."""
    found = {}
    for line in output.splitlines():
        if line.startswith(TRACE):
            name, *numbers = line.removeprefix(TRACE).split()
            found[name] = frozenset(int(number) for number in numbers if number.isdecimal())
    return found


def _expectations(issue: str) -> Iterator[str]:
    for pattern in _EXPECTED:
        for text in pattern.findall(issue):
            cleaned = text.strip().strip('`"“”').rstrip(".")
            if cleaned:
                yield cleaned
    yield from re.findall(r"\b[A-Z]\w*(?:Error|Exception)\b", issue)


def _session(block: str) -> tuple[str, list[str]]:
    """A console session as a program that shows what each expression gives, and the outputs it told."""
    statements: list[str] = []
    told: list[str] = []
    for line in block.splitlines():
        if line.startswith(">>>"):
            statements.append(line[4:])
        elif line.startswith("...") and statements:
            statements[-1] += "\n" + line[4:]
        elif line.strip():
            told.append(line.strip())
    return _shown("\n".join(statements)), told


def _shown(code: str) -> str:
    """`code` with its bare expressions printed, as a console would; empty if it is no Python."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return ""
    for statement in tree.body:
        if isinstance(statement, ast.Expr) and not (
            isinstance(statement.value, ast.Call) and getattr(statement.value.func, "id", "") == "print"
        ):
            call = ast.Call(ast.Name("_shown", ast.Load()), [statement.value], [])
            statement.value = ast.copy_location(call, statement.value)
    return ast.unparse(ast.fix_missing_locations(tree))
