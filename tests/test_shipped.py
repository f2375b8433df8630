"""What ships: the suite, the seed agent's identity, and the weight of an import."""

import subprocess
import sys
from pathlib import Path

import pytest

from archive.memory import MemoryArchive
from benchmarks.floor import floor
from benchmarks.grade import grade
from benchmarks.registry import open_suite
from benchmarks.task import SuiteError
from dgm.config import EPOCH
from dgm.givens import seed_tree
from dgm.run_toml import read
from sandbox.base import Sandbox
from sandbox.registry import open_sandbox
from sandbox.tree import Change, Tree
from tests.without_engine import BACKENDS_WITHOUT_ENGINE

ROOT = Path(__file__).resolve().parents[1]
TASKS = open_suite("kata").tasks


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return open_sandbox("auto", backends=BACKENDS_WITHOUT_ENGINE)


def test_the_suite_is_what_the_readme_says() -> None:
    suite = open_suite("kata")
    assert (len(suite.split("search")), len(suite.split("held_out"))) == (36, 60)
    repositories = {task.id.split("-")[0] for task in suite.tasks.values()}
    assert len(repositories) == 8


def test_no_defect_stands_in_two_tasks() -> None:
    defects = [
        tuple(sorted((path, file.data) for path, file in task.repository.items())) for task in TASKS.values()
    ]
    assert len(set(defects)) == len(defects)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if n % 8 else ()) for n, name in enumerate(TASKS)]
)
def test_the_floor_holds(name: str, sandbox: Sandbox, tmp_path: Path) -> None:
    assert floor(TASKS[name], sandbox, tmp_path).fault is None


@pytest.mark.parametrize("name", TASKS)
def test_no_issue_tells_the_patch(name: str) -> None:
    task = TASKS[name]
    for path, file in task.gold.written.items():
        before = set(task.repository.text(path).splitlines())
        added = [line.strip() for line in file.data.decode().splitlines() if line not in before]
        assert added
        assert not any(len(line) > 20 and line in task.issue for line in added)


TAMPERING = {
    "a conftest that forges outcomes": {
        "conftest.py": "def pytest_runtest_makereport(item, call):\n    call.excinfo = None\n"
    },
    "a pytest of its own": {"pytest.py": "print('1 passed')\nraise SystemExit(0)\n"},
    "a sitecustomize": {"sitecustomize.py": "import os\nos._exit(0)\n"},
    "an ini that deselects": {"pytest.ini": "[pytest]\naddopts = --deselect tests\n"},
    "leaving with status 0": {"daybook/interval.py": "import os\nos._exit(0)\n"},
    "no test at all": {"tests/test_back_to_back.py": "def test_nothing():\n    pass\n"},
    "patched reports": {
        "daybook/interval.py": (
            "import _pytest.reports as reports\n"
            "reports.TestReport.failed = property(lambda self: False)\n"
            "original = reports.TestReport.from_item_and_call\n"
            "def forged(item, call):\n"
            "    call.excinfo = None\n"
            "    return original(item, call)\n"
            "reports.TestReport.from_item_and_call = staticmethod(forged)\n"
        )
    },
}


@pytest.mark.parametrize("how", TAMPERING)
def test_tampering_is_of_no_use(how: str, sandbox: Sandbox) -> None:
    task = TASKS["daybook-back-to-back"]
    change = Change(Tree({path: text.encode() for path, text in TAMPERING[how].items()}), frozenset())
    verdict = grade(task, change, sandbox)
    assert verdict.verdict == "unresolved"
    assert verdict.tampering


def test_an_unknown_suite_names_the_known() -> None:
    with pytest.raises(SuiteError, match="allowed: kata"):
        open_suite("nope")


def test_the_root_commit_is_the_same_from_clone_and_wheel(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(wheel), str(tmp_path / "site")], check=True)
    clone = seed_tree(read())
    installed = Tree.from_folder(tmp_path / "site" / "seed_agent")
    assert installed == clone
    assert (
        len({MemoryArchive(EPOCH).commit(0, (), tree, "seed agent", 0) for tree in (clone, installed)}) == 1
    )
    assert (tmp_path / "site" / "benchmarks" / "kata" / "tasks").is_dir()


def test_the_seed_agents_files_are_those_git_tracks() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "seed_agent"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert {path.removeprefix("seed_agent/") for path in tracked} == set(seed_tree(read()))


def test_importing_is_light_and_silent() -> None:
    program = "import sys, dgm; print(sorted({'rich', 'pandas', 'scipy', 'pydantic'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
    assert done.stderr == ""
