"""A change is written inside the repository or not at all."""

import os
from pathlib import Path

import pytest

from dgm.caution import acting
from dgm.checkout import CheckoutError, read_checkout
from dgm.patching import apply
from sandbox.tree import Change, File, Tree
from tests.solve.own_repository import git, made


def change(written: dict[str, File | bytes], *deleted: str) -> Change:
    return Change(Tree(written), frozenset(deleted))


def listing(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.parts
    }


def test_files_are_written_deleted_and_made_executable(tmp_path: Path) -> None:
    folder = made(tmp_path / "own")
    (folder / "sums.py").chmod(0o640)
    checkout = read_checkout(folder)
    index = (folder / ".git/index").read_bytes()
    wanted = change(
        {
            "sums.py": File(b"x = 1\n", executable=True),
            "go.sh": b"#!/bin/sh\ntrue\n",
            "deep/er/new.py": b"y\n",
        },
        "docs/read me.md",
    )
    apply(checkout, wanted)
    found = listing(folder)
    assert found == {
        "sums.py": b"x = 1\n",
        "alias.py": b"x = 1\n",
        "go.sh": b"#!/bin/sh\ntrue\n",
        "deep/er/new.py": b"y\n",
    }
    assert not (folder / "docs").exists()
    assert (folder / "sums.py").stat().st_mode & 0o777 == 0o750
    assert not (folder / "go.sh").stat().st_mode & 0o111
    assert (folder / "alias.py").is_symlink()
    assert (folder / ".git/index").read_bytes() == index
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "after")
    assert read_checkout(folder).tree == wanted.applied_to(checkout.tree)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("alias.py", "in the way"),
        ("out/new.py", "in the way"),
        ("sums.py/new.py", "in the way"),
        ("docs", "in the way|git does not track"),
        ("untracked.py", "git does not track it"),
        ("overlooked.py", "is not on the disk as git has it"),
        ("gone.py", "is gone from the disk"),
        ("vendored/new.py", "lies in what was left out"),
    ],
)
def test_nothing_is_written_where_it_does_not_belong(path: str, told: str, tmp_path: Path) -> None:
    folder, outside = made(tmp_path / "own"), tmp_path / "outside"
    outside.mkdir()
    (folder / "overlooked.py").write_text("as in git\n")
    (folder / "gone.py").write_text("here\n")
    git(folder, "submodule", "add", "-q", str(made(tmp_path / "inner")), "vendored")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "more")
    checkout = read_checkout(folder)
    (folder / "out").symlink_to(outside)
    (folder / "untracked.py").write_text("mine\n")
    (folder / "overlooked.py").write_text("mine\n")
    (folder / "gone.py").unlink()
    before = listing(folder)
    # A change that fits comes first, and is not written either.
    with pytest.raises(CheckoutError, match=told):
        apply(checkout, change({"a.py": b"fits\n", path: b"bad\n"}))
    assert listing(folder) == before
    assert not os.listdir(outside)


def test_files_that_act_by_themselves_are_named() -> None:
    acts = acting(
        [
            ".github/workflows/ci.yml",
            ".gitlab-ci.yml",
            ".gitattributes",
            "sub/.gitmodules",
            ".husky/pre-push",
            ".vscode/tasks.json",
            "web/.idea/x.xml",
            ".pre-commit-config.yaml",
            "Makefile",
            "tests/conftest.py",
            "setup.py",
            "pyproject.toml",
            "src/sums.py",
            "docs/github.md",
            "setup_things.py",
        ]
    )
    assert set(acts) & {"src/sums.py", "docs/github.md", "setup_things.py"} == set()
    assert len(acts) == 12
    assert acts[".github/workflows/ci.yml"] == "continuous integration"
    assert acts["sub/.gitmodules"] == "git or its hooks"
