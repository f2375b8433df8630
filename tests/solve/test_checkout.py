"""What an agent is given of a user's repository, and what is refused."""

import contextlib
from pathlib import Path

import pytest

from dgm.checkout import CheckoutError, read_checkout
from tests.solve.own_repository import SUMS, commit, git, made


def test_tracked_files_are_read_at_head_and_nothing_else(tmp_path: Path) -> None:
    folder = made(tmp_path / "own")
    (folder / ".gitignore").write_text("*.log\n")
    commit(folder)
    (folder / "secret.env").write_text("KEY=1\n")
    (folder / "noise.log").write_text("x\n")
    checkout = read_checkout(folder)
    assert set(checkout.tree) == {".gitignore", "sums.py", "docs/read me.md", "go.sh"}
    assert checkout.tree["sums.py"].data == SUMS.encode()
    assert checkout.tree["go.sh"].executable
    assert checkout.left_out == {"alias.py": "a symbolic link"}


def test_a_path_from_where_one_is(tmp_path: Path) -> None:
    folder = made(tmp_path / "own")
    with contextlib.chdir(folder / "docs"):
        checkout = read_checkout(Path(".."))
    assert checkout.folder == folder
    assert "sums.py" in checkout.tree


def test_what_git_was_told_to_overlook_stays_at_home(tmp_path: Path) -> None:
    folder = made(tmp_path / "own")
    git(folder, "update-index", "--assume-unchanged", "sums.py")
    (folder / "sums.py").write_text("PASSWORD = 'x'\n")
    assert read_checkout(folder).tree["sums.py"].data == SUMS.encode()


def test_submodules_and_strange_names_are_left_out(tmp_path: Path) -> None:
    inner, folder = made(tmp_path / "inner"), made(tmp_path / "own")
    git(folder, "submodule", "add", "-q", str(inner), "vendored")
    (folder / "back\\slash").write_text("x\n")
    (folder / "new\nline").write_text("x\n")
    commit(folder)
    left_out = read_checkout(folder).left_out
    assert left_out["vendored"] == "a submodule"
    assert set(left_out) == {"alias.py", "vendored", "back\\slash", "new\nline"}


@pytest.mark.parametrize("staged", [False, True])
def test_a_dirty_tree_is_refused(staged: bool, tmp_path: Path) -> None:
    folder = made(tmp_path / "own")
    (folder / "sums.py").write_text("changed\n")
    if staged:
        git(folder, "add", "sums.py")
    with pytest.raises(CheckoutError, match=r"not committed \(sums.py\); commit or stash"):
        read_checkout(folder)


def test_what_is_no_repository_is_named(tmp_path: Path) -> None:
    folder = made(tmp_path / "own")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(CheckoutError, match="no git repository"):
        read_checkout(empty)
    with pytest.raises(CheckoutError, match="no such folder"):
        read_checkout(tmp_path / "nowhere")
    with pytest.raises(CheckoutError, match=f"give its root, {folder}"):
        read_checkout(folder / "docs")
    with pytest.raises(CheckoutError, match="no git repository with files"):
        read_checkout(folder / ".git")
    git(empty, "init", "-q")
    with pytest.raises(CheckoutError, match="nothing is committed yet"):
        read_checkout(empty)


def test_reading_runs_nothing_of_the_repositorys_and_leaves_its_index_alone(tmp_path: Path) -> None:
    folder = made(tmp_path / "own")
    trap, sprung = tmp_path / "trap", tmp_path / "sprung"
    trap.write_text(f"#!/bin/sh\ntouch {sprung}\n")
    trap.chmod(0o755)
    hooks = folder / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-index-change", "post-checkout", "pre-commit"):
        (hooks / name).write_bytes(trap.read_bytes())
        (hooks / name).chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "core.editor", "core.sshCommand"):
        git(folder, "config", key, str(trap))
    (folder / "sums.py").touch()
    index = (folder / ".git/index").read_bytes()
    read_checkout(folder)
    assert not sprung.exists()
    assert (folder / ".git/index").read_bytes() == index
