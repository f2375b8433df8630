"""The check script: runs ways of reproducing an issue beside the repository, and prints a verdict each."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dgm.models.offline.repair.issue import Step

# Runs beside the repository, never here. A name that the issue uses and does not import is looked up.
_SCRIPT = r"""
import ast, io, os, signal, sys
sys.path[:0] = [os.getcwd(), os.path.join(os.getcwd(), "src")]
sys.dont_write_bytecode = True
HERE = os.getcwd() + os.sep
COURSES = %r
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
                if module.startswith("src.") and not os.path.exists("src/__init__.py"):
                    module = module[4:]
                if module.split(".")[-1] == name:
                    return __import__(module, fromlist=["*"])
                try:
                    tree = ast.parse(open(path, encoding="utf-8").read())
                    if any(getattr(n, "name", None) == name for n in tree.body):
                        return getattr(__import__(module, fromlist=["*"]), name)
                except Exception:
                    continue
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

def places(error):
    found, at = [], error.__traceback__
    while at:
        found.append((at.tb_frame.f_code.co_filename, at.tb_lineno))
        at = at.tb_next
    return found

def step(code, shell):
    if shell:
        import subprocess
        done = subprocess.run(code, shell=True, capture_output=True, text=True, timeout=10)
        return None, done.stdout + done.stderr
    for _ in range(6):
        kept, sys.stdout = sys.stdout, io.StringIO()
        try:
            value = run(code)
            return value, sys.stdout.getvalue()
        except NameError as error:
            name = str(error).split("'")[1::2][:1]
            if not name or name[0] in space or places(error)[-1][0] != "<issue>":
                raise
            space[name[0]] = find(name[0])
        finally:
            sys.stdout = kept
    raise NameError(code)

def same(value, out, wanted):
    flat = lambda text: "\n".join(line.rstrip() for line in text.strip().splitlines())
    if flat(wanted) in (flat(out), repr(value), flat(str(value)) if value is not None else None):
        return True
    try:
        right = eval(wanted, dict(space))
        numbers = isinstance(right, (int, float)) and isinstance(value, (int, float))
        if numbers or type(right) is type(value):
            return right == value and isinstance(right, bool) == isinstance(value, bool)
        return isinstance(right, str) and flat(right) == flat(out)
    except Exception:
        return " ".join(wanted.split()) == " ".join((out if value is None else str(value)).split())

def ranges(lines):
    runs = []
    for line in lines:
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    return ",".join("%%s-%%s" %% tuple(run) for run in runs)

def main(number):
    for place, (code, wanted, raises, shell) in enumerate(COURSES[number]):
        try:
            value, out = step(code, shell)
        except BaseException as error:
            kinds = [k.__name__ for k in type(error).__mro__]
            if raises in kinds:
                continue
            frames = [(path, line) for path, line in places(error) if ours(path)]
            at = ["%%s:%%s" %% (path[len(HERE):], line) for path, line in frames[-4:]]
            alien = not frames and isinstance(error, (NameError, ImportError, SyntaxError))
            return "broken" if alien else "failed", "step %%s %%s: %%s at %%s" %% (
                place, type(error).__name__, str(error)[:80].replace("\n", " "), " ".join(at))
        if raises:
            return "failed", "step %%s raised nothing" %% place
        if wanted is not None and not same(value, out, wanted):
            shown = out if value is None else repr(value)
            return "failed", "step %%s gave %%s" %% (place, shown[:120].replace("\n", "\\n"))
    return "passed", ""

signal.alarm(4)
signal.setitimer(signal.ITIMER_PROF, 2 if len(sys.argv) > 2 else 0.3)
if len(sys.argv) > 2:
    sys.settrace(tracer)
verdict, why = main(int(sys.argv[1]))
sys.settrace(None)
print("reproduction", sys.argv[1], verdict, why)
if len(sys.argv) > 2 and verdict == "failed":
    for path in sorted(ran):
        print("ran", path[len(HERE):], ranges(sorted(ran[path])))
"""
_VERDICT = re.compile(r"^reproduction (\d+) (passed|failed|broken)\b ?(.*)$", re.MULTILINE)
_RAN = re.compile(r"^ran (\S+) ([\d,-]+)$", re.MULTILINE)
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
    def silent(self) -> bool:
        """The check was stopped: it took too long, say."""
        return self.why.startswith("silently")

    @property
    def blamed(self) -> Sequence[tuple[str, int]]:
        """Places of the traceback, the innermost last."""
        return [(path, int(line)) for path, line in _AT.findall(self.why)]


def script(courses: Sequence[Sequence[Step]]) -> str:
    """The script's text."""
    data = [[[s.code, s.expected, s.raises, s.shell] for s in course] for course in courses]
    return _SCRIPT % (data,)


def place(courses: Sequence[Sequence[Step]]) -> str:
    """Where the script is put: beside those of other issues, where agents share a machine."""
    return f"/tmp/reproduce-{hashlib.sha256(script(courses).encode()).hexdigest()[:12]}.py"  # noqa: S108 - a path in the sandbox


def installing(courses: Sequence[Sequence[Step]]) -> str:
    """The command that puts the script in its place, and runs every course with its trace."""
    path = place(courses)
    numbers = " ".join(str(number) for number in range(len(courses)))
    return (
        f"cat > {path}.$$ <<'END_OF_SCRIPT'\n{script(courses)}\nEND_OF_SCRIPT\nmv {path}.$$ {path}\n"
        f"for n in {numbers}; do python3 {path} $n trace 2>/dev/null; done"
    )


def command(courses: Sequence[Sequence[Step]], number: int) -> str:
    """The command that runs one course again, and says so where it ends without a word."""
    return f"python3 {place(courses)} {number} 2>/dev/null || echo reproduction {number} failed silently"


def verdicts(text: str) -> Sequence[Verdict]:
    """The verdicts printed in a text."""
    found = list(_VERDICT.finditer(text))
    told = []
    for index, match in enumerate(found):
        until = found[index + 1].start() if index + 1 < len(found) else len(text)
        ran = {path: frozenset(_lines(lines)) for path, lines in _RAN.findall(text[match.end() : until])}
        told.append(Verdict(int(match[1]), match[2], match[3], ran))
    return told


def _lines(text: str) -> Iterator[int]:
    for first, last in re.findall(r"(\d{1,6})-(\d{1,6})", text):
        yield from range(int(first), min(int(last), int(first) + 2000) + 1)
