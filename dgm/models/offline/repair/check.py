"""The check script: runs the ways of reproducing an issue where the repository is, and prints a verdict each."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dgm.models.offline.repair.issue import Step

PATH = "/tmp/reproduce.py"

# Runs beside the repository, never here. A name that the issue uses and does not import is looked up.
_SCRIPT = r"""
import ast, contextlib, importlib, io, json, os, re, subprocess, sys, traceback
sys.path.insert(0, os.getcwd())
sys.dont_write_bytecode = True
HERE = os.getcwd() + os.sep
COURSES = json.loads(%r)
space, ran = {"__name__": "__main__"}, {}

def ours(path):
    return path.startswith(HERE) and "test" not in path[len(HERE):]

def tracer(frame, event, arg):
    path = frame.f_code.co_filename
    if not ours(path) or frame.f_code.co_name in ("<module>",):
        return None
    ran.setdefault(path, set()).add(frame.f_lineno)
    return tracer

def find(name):
    for folder, folders, files in os.walk("."):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and "test" not in f)
        for file in sorted(files):
            if file.endswith(".py") and "test" not in file:
                path = os.path.relpath(os.path.join(folder, file))
                module = path[:-3].replace(os.sep, ".").replace(".__init__", "")
                if module.split(".")[-1] == name:
                    return importlib.import_module(module)
                with contextlib.suppress(Exception):
                    tree = ast.parse(open(path, encoding="utf-8").read())
                    if any(getattr(n, "name", None) == name for n in tree.body):
                        return getattr(importlib.import_module(module), name)
    raise NameError(name)

def run(code):
    tree = ast.parse(code)
    value = None
    if isinstance(tree.body[-1], ast.Expr):
        last = tree.body.pop()
        exec(compile(tree, "<issue>", "exec"), space)
        value = eval(compile(ast.Expression(last.value), "<issue>", "eval"), space)
    else:
        exec(compile(tree, "<issue>", "exec"), space)
        last = tree.body[-1]
        if isinstance(last, ast.Assign) and isinstance(last.targets[0], ast.Name):
            value = space[last.targets[0].id]
    return value

def step(code, shell):
    if shell:
        done = subprocess.run(code, shell=True, capture_output=True, text=True, timeout=10)
        return None, done.stdout + done.stderr
    for _ in range(6):
        out = io.StringIO()
        try:
            with contextlib.redirect_stdout(out):
                return run(code), out.getvalue()
        except NameError as error:
            name = re.search("'(\\w+)'", str(error))
            if not name or name[1] in space or "<issue>" != traceback.extract_tb(error.__traceback__)[-1].filename:
                raise
            space[name[1]] = find(name[1])
    raise NameError(code)

def same(value, out, wanted):
    flat = lambda text: "\n".join(line.rstrip() for line in text.strip().splitlines())
    if flat(wanted) in (flat(out), repr(value), flat(str(value)) if value is not None else None):
        return True
    try:
        right = eval(wanted, dict(space))
        if type(right) is type(value) or (isinstance(right, (int, float)) and isinstance(value, (int, float))):
            return right == value and isinstance(right, bool) == isinstance(value, bool)
        return isinstance(right, str) and flat(right) == flat(out)
    except Exception:
        return " ".join(wanted.split()) == " ".join((out if value is None else str(value)).split())

def main(number):
    for place, (code, wanted, raises, shell) in enumerate(COURSES[number]):
        try:
            value, out = step(code, shell)
        except BaseException as error:
            kinds = [k.__name__ for k in type(error).__mro__]
            if raises in kinds:
                continue
            frames = [f for f in traceback.extract_tb(error.__traceback__) if ours(f.filename)]
            at = ["%%s:%%s" %% (f.filename[len(HERE):], f.lineno) for f in frames[-4:]]
            alien = not frames and isinstance(error, (NameError, ImportError, SyntaxError))
            return "broken" if alien else "failed", "step %%s %%s: %%s at %%s" %% (
                place, type(error).__name__, str(error)[:80].replace("\n", " "), " ".join(at))
        if raises:
            return "failed", "step %%s raised nothing" %% place
        if wanted is not None and not same(value, out, wanted):
            shown = out if value is None else repr(value)
            return "failed", "step %%s gave %%s" %% (place, shown[:120].replace("\n", "\\n"))
    return "passed", ""

import signal
signal.alarm(10)
if len(sys.argv) > 2:
    sys.settrace(tracer)
verdict, why = main(int(sys.argv[1]))
sys.settrace(None)
print("reproduction", sys.argv[1], verdict, why)
if len(sys.argv) > 2:
    for path in sorted(ran):
        print("ran", path[len(HERE):], ",".join(map(str, sorted(ran[path]))))
"""
_VERDICT = re.compile(r"^reproduction (\d+) (passed|failed|broken)\b ?(.*)$", re.MULTILINE)
_RAN = re.compile(r"^ran (\S+) ([\d,]+)$", re.MULTILINE)
_AT = re.compile(r"([\w./-]+\.py):(\d+)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one run of one course told."""

    course: int
    state: str
    why: str
    ran: Mapping[str, frozenset[int]]
    """Lines executed, by path."""

    @property
    def blamed(self) -> Sequence[tuple[str, int]]:
        """Places of the traceback, the innermost last."""
        return [(path, int(line)) for path, line in _AT.findall(self.why)]


def script(courses: Sequence[Sequence[Step]]) -> str:
    """The script's text."""
    data = [[[s.code, s.expected, s.raises, s.shell] for s in course] for course in courses]
    return _SCRIPT % json.dumps(data)


def installing(courses: Sequence[Sequence[Step]]) -> str:
    """The command that puts the script in its place, runs every course with its trace, and lists sources."""
    numbers = " ".join(str(number) for number in range(len(courses)))
    return (
        f"cat > {PATH} <<'END_OF_SCRIPT'\n{script(courses)}\nEND_OF_SCRIPT\n"
        f"for n in {numbers}; do timeout 15 python3 {PATH} $n trace 2>/dev/null; done; {listing()}"
    )


def listing() -> str:
    """The command that lists Python files as lines, bytes, path."""
    return "find . -name '*.py' -not -path '*/.*' -print0 | sort -z | xargs -0 wc -lc | sed 's#\\./##'"


def command(course: int) -> str:
    """The command that runs one course again."""
    return f"timeout 15 python3 {PATH} {course} 2>&1 | tail -n 3"


def verdicts(text: str) -> Sequence[Verdict]:
    """The verdicts printed in a text."""
    found = list(_VERDICT.finditer(text))
    told = []
    for index, match in enumerate(found):
        until = found[index + 1].start() if index + 1 < len(found) else len(text)
        ran = {
            path: frozenset(int(n) for n in lines.split(",") if n)
            for path, lines in _RAN.findall(text[match.end() : until])
        }
        told.append(Verdict(int(match[1]), match[2], match[3], ran))
    return told


_LISTED = re.compile(r"^\s*(\d+)\s+(\d+)\s+(\S+\.py)$", re.MULTILINE)


def listed(text: str) -> Mapping[str, tuple[int, int]]:
    """Lines and bytes of each file listed, by path."""
    return {path: (int(lines), int(size)) for lines, size, path in _LISTED.findall(text)}
