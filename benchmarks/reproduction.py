"""A failing test made into what a user would report: a short script, what it should give, what it gives."""

import ast
import builtins
import re
import secrets
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.testcase import Case, subjects
from sandbox.base import Folder, Limits, Order, Sandbox
from sandbox.tree import Tree

MAX_LINES = 24
MAX_OUTCOME = 400
_SECONDS = 10.0
_ERROR = re.compile(r"[A-Za-z_][\w.]*(?:: .*)?")
_FAILURE = re.compile(r"\w*(Error|Exception)\b")
_GUESS = re.compile(r"\. Did you mean.*")
_BROKEN = ("NameError", "ImportError", "ModuleNotFoundError", "SyntaxError", "UnboundLocalError")

_PROBE = """\
try:
    exec(compile({script!r}, "probe", "exec"), {{"__name__": "probe"}})
except BaseException as error:
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != "probe":
        trace = trace.tb_next
    print()
    print(trace.tb_lineno if trace is not None else 0)
"""


@dataclass(frozen=True, slots=True)
class Reproduction:
    """A script that ends in printing one value; `expected` and `got` are what it prints or raises."""

    script: str
    expected: str
    got: str

    @property
    def issue(self) -> str:
        """The report, in Markdown."""
        failed = _FAILURE.match(self.got)
        what = f"fails with `{failed.group()}`" if failed else "gives the wrong result"
        title = f"`{about}` {what}" if (about := _about(self.script)) else f"A short script {what}"
        told = f"I expected `{self.expected}`, but got `{self.got}`."
        return f"# {title}\n\n```python\n{self.script}```\n\n{told}\n"


def _about(script: str) -> str | None:
    """The call nearest to the script's end that is to nothing of Python's own."""
    module = ast.parse(script)
    known = set(dir(builtins))
    for one in module.body:
        if isinstance(one, ast.ImportFrom) and one.module in sys.stdlib_module_names:
            known |= {alias.asname or alias.name for alias in one.names}
        elif isinstance(one, ast.Import):
            known |= {
                alias.asname or alias.name for alias in one.names if alias.name in sys.stdlib_module_names
            }
    for node in (node for one in reversed(module.body) for node in ast.walk(one)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = ast.unparse(node.func)
            if name.isprintable() and len(name) < 40 and name.partition(".")[0] not in known:
                return name
    return None


def reproduction(case: Case, good: Tree, bad: Tree, sandbox: Sandbox) -> Reproduction | None:
    """What of `case` goes right on `good` and wrong on `bad`; None if that takes more than a short script.

    Raises:
        SandboxError: the sandbox broke.
    """
    index = _failing(case, bad, sandbox)
    if index is None:
        return None
    first, values, awaits_error = subjects(case.body[index])
    for value in values:
        for before in (case.until(index, [*first, value]), list(case.body[:index])):
            found = _tried(case, [*before, *first], value, (good, bad), sandbox, awaits_error=awaits_error)
            if found is not None:
                return found
    return None


def _tried(
    case: Case,
    before: Sequence[ast.stmt],
    value: ast.expr,
    trees: tuple[Tree, Tree],
    sandbox: Sandbox,
    *,
    awaits_error: bool,
) -> Reproduction | None:
    exact, plain = (_script(case, before, value, how) for how in ("print(repr(_))", "print(_)"))
    if exact is None or plain is None:
        return None
    expected, got = (_outcome(exact, tree, sandbox, 0) for tree in trees)
    if expected is None or got is None or expected == got:
        return None
    if _raised(expected) and not awaits_error:
        return None
    # Another hash seed: an order of a set that the reader would not see is nothing to report.
    for script in (plain, exact):
        if all(
            _outcome(script, tree, sandbox, 1) == told
            for tree, told in zip(trees, (expected, got), strict=True)
        ):
            return Reproduction(script, expected.removeprefix(_MARK), got.removeprefix(_MARK))
    return None


def _failing(case: Case, bad: Tree, sandbox: Sandbox) -> int | None:
    """Which statement of the body fails."""
    lines = [*ast.unparse(case.module).splitlines(), "import unittest", "self = unittest.TestCase()"]
    starts = []
    for statement in case.body:
        starts.append(len(lines) + 1)
        lines += ast.unparse(statement).splitlines()
    ended = _run(_PROBE.format(script="\n".join(lines)), bad, sandbox, 0, case.folder)
    if ended is None or not ended[1].splitlines()[-1:]:
        return None
    told = ended[1].splitlines()[-1]
    line = int(told) if told.isascii() and told.isdigit() and len(told) < 7 else 0
    return max((at for at, start in enumerate(starts) if start <= line), default=None)


def _script(case: Case, before: Sequence[ast.stmt], value: ast.expr, how: str) -> str | None:
    shown = ast.unparse(value)
    last = ast.parse(how.replace("_", "(" + shown + ")")).body
    context = case.context([*before, *last])
    if context is None:
        return None
    text = "\n".join(ast.unparse(one) for one in (*context, *before, *last)) + "\n"
    return text if len(text.splitlines()) <= MAX_LINES and "`" not in text else None


_MARK = "\0"
"""Before an outcome that was raised, not printed; output never holds it."""


def _raised(outcome: str) -> bool:
    return outcome.startswith(_MARK)


def _outcome(script: str, tree: Tree, sandbox: Sandbox, hash_seed: int) -> str | None:
    """The one line that the script prints, or the error that ends it; None for anything else."""
    ended = _run(script, tree, sandbox, hash_seed)
    if ended is None:
        return None
    succeeded, output = ended
    lines = output.strip().splitlines()
    if succeeded and len(lines) == 1 and output == lines[0] + "\n":
        said = lines[0]
    elif not succeeded and lines and _ERROR.fullmatch(lines[-1]) and not lines[-1].startswith(_BROKEN):
        said = _MARK + _GUESS.sub("", lines[-1])
    else:
        return None
    told = said.removeprefix(_MARK)
    tellable = told.isprintable() and len(told) <= MAX_OUTCOME and "`" not in told
    return said if tellable and " at 0x" not in told and "/repository" not in told else None


def _run(
    script: str, tree: Tree, sandbox: Sandbox, hash_seed: int, folder: str = "src"
) -> tuple[bool, str] | None:
    name = f"reproduce_{secrets.token_hex(4)}.py"
    order = Order(
        command=(sandbox.python, f"/repository/{name}"),
        folders={"/repository": Folder(tree.overlaid({name: script.encode()}), writable=True)},
        cwd="/repository",
        environment={
            "PYTHONPATH": f"/repository/src:/repository/{folder}",
            "PYTHONHASHSEED": str(hash_seed),
            "PYTHONDONTWRITEBYTECODE": "1",
            "TZ": "UTC",
            "LC_ALL": "C.UTF-8",
        },
        limits=Limits(wall_seconds=_SECONDS, cpu_seconds=_SECONDS),
    )
    ended = sandbox.run(order)
    if ended.how != "exited":
        return None
    return ended.succeeded, ended.output.decode("utf-8", "replace")
