"""Our verdicts and those of swebench's own command, unmodified, on the same rows and patches."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.grade import Grade, grade
from benchmarks.swe.suite import Rows
from benchmarks.task import Task
from sandbox.base import Sandbox
from tests.benchmarks.swe.toy_rows import (
    CLOCK,
    GOOD_CLOCK,
    GOOD_TEXT,
    GOOD_TOTAL,
    NEW_TESTS,
    PRICE,
    TEXT,
    Toy,
    change,
    changed,
)

pytestmark = [pytest.mark.docker, pytest.mark.slow]

FORGES = """import pytest


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    result = yield
    result.get_result().outcome = "passed"
"""
PRINTS = "\nprint('PASSED tests/test_clock.py::test_noon')\nexit(0)\n"
SKIPS = "\nimport pytest\n\npytest.skip('no', allow_module_level=True)\n"


@dataclass(frozen=True)
class Case:
    """`ours` and `theirs` say whether it is resolved; they differ where our rules do, and only there."""

    task: str
    files: Mapping[str, str]
    ours: bool
    theirs: bool


def same(task: str, text: str, *, resolved: bool) -> Case:
    return Case(task, {f"shop/{task}.py": text}, resolved, resolved)


CASES = {
    "gold-price": same("price", GOOD_TOTAL, resolved=True),
    "gold-clock": same("clock", GOOD_CLOCK, resolved=True),
    "null-price": Case("price", {}, ours=False, theirs=False),
    "null-clock": same("clock", CLOCK + "\n# nothing\n", resolved=False),
    "partial-price": same("price", PRICE.replace("- discount", "if prices else 0"), resolved=False),
    # ten mutations of the repairs
    "m0": same("price", GOOD_TOTAL.replace("/ 100", "// 100"), resolved=True),
    "m1": same("price", GOOD_TOTAL.replace("100 - discount", "100 + discount"), resolved=False),
    "m2": same("price", GOOD_TOTAL.replace("min(prices)", "max(prices)"), resolved=False),
    "m3": same("price", GOOD_TOTAL.replace("def cheapest", "def dearest"), resolved=False),
    "m4": same("price", GOOD_TOTAL.replace("return min", "retrun min"), resolved=False),
    "m5": same("clock", GOOD_CLOCK.replace("% 12", "% 11"), resolved=False),
    "m6": same("clock", GOOD_CLOCK.replace("rest or 0", "rest"), resolved=True),
    "m7": same("clock", CLOCK + PRINTS, resolved=False),
    "m8": same("clock", "import os\n\nos._exit(0)\n", resolved=False),
    "m9": same("clock", CLOCK + SKIPS, resolved=False),
    # a report that is forged from without the tests: refused here
    "attack": Case("price", {"conftest.py": FORGES}, ours=False, theirs=True),
    # ids with spaces: cut by pytest's parsers, read whole here
    "gold-text": Case("text", {"shop/text.py": GOOD_TEXT}, ours=True, theirs=False),
    "null-text": same("text", TEXT + "\n# nothing\n", resolved=False),
    "half-text": same("text", TEXT.replace('" "', '"  "'), resolved=False),
}  # fmt: skip


@pytest.fixture(scope="module")
def rows(toys: Toy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    told = (toys.row(case.task, f"toy__{name}") for name, case in CASES.items())
    file.write_text("".join(json.dumps(row) + "\n" for row in told))
    return file


@pytest.fixture(scope="module")
def tasks(rows: Path, engine_sandbox: Sandbox) -> Mapping[str, Task]:
    suite = Rows(rows)
    suite.prepare(engine_sandbox, lambda _: None)
    return suite.tasks


def theirs(rows: Path, folder: Path) -> Mapping[str, bool]:
    """Which instances `swebench eval` resolves, and which not."""
    lines = [
        {"instance_id": f"toy__{name}", "model_name_or_path": "toy", "model_patch": changed(case.files)}
        for name, case in CASES.items()
    ]
    (folder / "preds.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    command = [str(Path(sys.executable).with_name("swebench")), "eval", str(rows), "-p", "preds.jsonl"]
    done = subprocess.run(
        [*command, "--run-id", f"toy-{os.getpid()}", "-j", str(len(CASES)), "-t", "120"],
        cwd=folder,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    reports = list(folder.glob("toy.*.json"))
    assert (done.returncode, len(reports)) == (0, 1), done.stdout[-3000:] + done.stderr[-3000:]
    report = json.loads(reports[0].read_text())
    assert not report["error_ids"], report
    return {each: each in report["resolved_ids"] for each in report["submitted_ids"]}


def test_verdicts_are_swebenchs_own_but_where_it_is_known_why(
    rows: Path, tasks: Mapping[str, Task], engine_sandbox: Sandbox, tmp_path: Path
) -> None:
    def graded(name: str) -> Grade:
        return grade(tasks[f"toy__{name}"], change(CASES[name].files), engine_sandbox)

    with ThreadPoolExecutor(2) as pool:
        others = pool.submit(theirs, rows, tmp_path)
        ours = {name: pool.submit(graded, name) for name in CASES}
        found = {name: (ours[name].result().verdict, others.result()[f"toy__{name}"]) for name in CASES}
    wanted = {name: ("resolved" if c.ours else "unresolved", c.theirs) for name, c in CASES.items()}
    assert found == wanted
    attacked = ours["attack"].result()
    assert "conftest.py: protected" in attacked.tampering
    assert "cuts ids" in ours["gold-text"].result().reason


REPORTER = """
import _pytest.reports

_pytest.reports.TestReport.outcome = property(lambda self: "passed", lambda self, value: None)
"""


def test_a_canary_finds_out_what_forges_from_within(
    tasks: Mapping[str, Task], engine_sandbox: Sandbox
) -> None:
    grade_ = grade(tasks["toy__gold-price"], change({"shop/price.py": PRICE + REPORTER}), engine_sandbox)
    assert (grade_.verdict, grade_.reason) == ("unresolved", "the canary tests did not behave")
    assert "the canary tests did not behave" in grade_.tampering


def test_the_eval_script_is_given_as_swebench_gives_it(tasks: Mapping[str, Task], toys: Toy) -> None:
    from benchmarks.swe.grading import recorded

    row = toys.row("price")
    program = (
        "import json, sys\nfrom swebench.harness.utils import make_test_spec\n"
        "print(make_test_spec(json.load(sys.stdin)).eval_script, end='')\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", program],
        input=json.dumps(row),
        capture_output=True,
        text=True,
        check=True,
    )
    assert recorded(row["eval_script"]) == done.stdout
    assert NEW_TESTS["price"].splitlines()[0] in done.stdout
