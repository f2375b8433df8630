"""`dgm solve`: a real agent mends a user's repository, and nothing happens that was not agreed to."""

import json
import os
import pty
import select
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from archive.base import ArchiveError
from dgm.checkout import CheckoutError
from dgm.cli.errors import FAILED, WRONG_USE, explained
from dgm.cli.solving import solve_issue
from dgm.config import ConfigError
from tests.cli.command import ROOT, complaint, dgm
from tests.solve.own_repository import ISSUE, SUMS, commit, git, made

MENDED = SUMS.replace("value < best", "value > best")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return made(tmp_path / "own")


@pytest.fixture
def issue(tmp_path: Path) -> Path:
    path = tmp_path / "issue.md"
    path.write_text(ISSUE)
    return path


def test_without_a_terminal_the_diff_is_shown_and_nothing_applied(
    whole: Path, own: Path, issue: Path
) -> None:
    done = dgm("solve", whole, 0, "--repo", own, "--issue", issue)
    assert done.returncode == 0, done.stderr
    assert "+        if value > best:" in done.stdout.splitlines()
    assert done.stdout.startswith("diff --git a/sums.py b/sums.py\n")
    assert "left out: alias.py (a symbolic link)" in done.stderr
    assert "nothing was applied: give --yes" in done.stderr
    assert git(own, "status", "--porcelain") == ""


def test_yes_applies_it_and_a_dirty_tree_is_refused(whole: Path, own: Path, issue: Path) -> None:
    done = dgm("solve", whole, "champion", "--repo", own, "--issue", issue, "--yes", "--json")
    told = json.loads(done.stdout)
    assert told["applied"] is True
    assert told["paths"] == ["sums.py"]
    assert told["calls"] > 0
    assert (own / "sums.py").read_text() == MENDED
    assert git(own, "diff", "--cached", "--stat") == ""
    again = dgm("solve", whole, 0, "--repo", own, "--issue", issue)
    assert "changes that are not committed (sums.py)" in complaint(again, 1)


def test_a_package_under_src_is_mended_and_its_own_tests_are_counted(
    whole: Path, own: Path, issue: Path
) -> None:
    (own / "src/figures").mkdir(parents=True)
    (own / "src/figures/__init__.py").touch()
    (own / "sums.py").rename(own / "src/figures/sums.py")
    (own / "alias.py").unlink()
    (own / "tests").mkdir()
    (own / "tests/test_sums.py").write_text(
        "from figures.sums import largest\n\n\ndef test_one():\n    assert largest([4]) == 4\n\n\n"
        "def test_two():\n    assert largest([4, 5]) == 5\n"
    )
    commit(own)
    issue.write_text(ISSUE.replace("from sums", "from figures.sums"))
    done = dgm("solve", whole, 0, "--repo", own, "--issue", issue, "--sandbox", "bubblewrap")
    assert done.returncode == 0, done.stderr
    assert "+++ b/src/figures/sums.py" in done.stdout.splitlines()
    assert "1 passed and 1 did not; with this change 2 pass and 0 do not" in done.stderr


@pytest.mark.parametrize(
    ("text", "calls", "told"),
    [
        (ISSUE.replace("`9`", "`3`"), 20, "its example already gives what it expects"),
        ("It is all wrong.\n", 20, "it shows no example that I could run"),
        (ISSUE.replace("from sums", "from figures"), 20, "its example does not run here"),
        (ISSUE, 1, "Stopped: "),
    ],
)
def test_where_nothing_was_changed_the_agent_says_why(
    text: str, calls: int, told: str, whole: Path, own: Path, issue: Path
) -> None:
    issue.write_text(text)
    done = dgm(
        "solve", whole, 0, "--repo", own, "--issue", issue, "--sandbox", "bubblewrap", "--calls", calls
    )
    assert done.returncode == 1, done.stderr
    lines = done.stderr.splitlines()
    assert any(line.startswith("the agent says: ") and told in line for line in lines), done.stderr
    assert "nothing was changed" in lines


@pytest.mark.parametrize("answer", ["y", "n"])
def test_in_a_terminal_it_asks(answer: str, whole: Path, own: Path, issue: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "dgm", "solve", whole, "0", "--repo", own, "--issue", issue]
    with subprocess.Popen(
        list(map(str, command)), cwd=ROOT, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE
    ) as process:
        os.close(theirs)
        said = b""
        while b"[y/N]" not in said:
            assert select.select([ours], [], [], 60)[0], said
            said += os.read(ours, 4096)
        assert (own / "sums.py").read_text() == SUMS
        os.write(ours, f"{answer}\n".encode())
        assert process.stdout is not None
        assert b"+        if value > best:" in process.stdout.read()
        assert process.wait(60) == 0
    os.close(ours)
    assert (own / "sums.py").read_text() == (MENDED if answer == "y" else SUMS)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"issue": Path("nowhere")}, "nowhere: can't be read"),
        ({"issue": Path(os.devnull)}, "is empty"),
        ({"repo": Path(os.devnull)}, "no such folder"),
        ({"sandbox": "jail"}, "--sandbox jail: unknown; allowed: auto, docker, bubblewrap"),
        ({"model": "oracle"}, "model 'oracle' is unknown"),
        ({"agent": "zzzz"}, "no agent 'zzzz'"),
    ],
)
def test_what_cant_be_worked_on_is_one_line(
    changes: dict[str, Any],
    told: str,
    whole: Path,
    own: Path,
    issue: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = {
        "agent": "0",
        "repo": own,
        "issue": issue,
        "model": None,
        "sandbox": "bubblewrap",
        "calls": None,
    } | changes
    with pytest.raises((CheckoutError, ConfigError, ArchiveError)) as raised:
        solve_issue(whole, **given, yes=True, as_json=False)
    assert explained(raised.value) in {FAILED, WRONG_USE}
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("dgm: ")
    assert told in last
