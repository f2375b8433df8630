"""Folders that were left by something that wants to hurt whoever reads them."""

import os
import tempfile
from pathlib import Path

import pytest
from sandbox_orders import python

from sandbox.base import Sandbox
from sandbox.process import PREFIX, ProcessSandbox
from sandbox.tree import Tree


def test_links_devices_and_pipes_are_dropped_and_named(sandbox: Sandbox) -> None:
    source = """
import os, socket
os.symlink("/etc/passwd", "out"); os.symlink("..", "up"); os.mkfifo("pipe")
os.symlink("/", "root"); socket.socket(socket.AF_UNIX).bind("sock"); open("real", "w").write("r")
"""
    end = python(sandbox, source)
    assert set(end.folders["/workspace"]) == {"real"}
    assert len(end.breaches) == 5
    assert {text.split(":")[0] for text in end.breaches} == {"link", "special file"}


def test_a_file_swapped_for_a_link_is_not_followed(sandbox: Sandbox) -> None:
    source = (
        "import os; os.remove('a'); os.symlink('/etc/passwd', 'a'); "
        "os.rename('d', 'e'); os.symlink('/etc', 'd')"
    )
    end = python(sandbox, source, tree=Tree({"a": b"1", "d/passwd": b"2"}))
    assert {path: file.data for path, file in end.folders["/workspace"].items()} == {"e/passwd": b"2"}


def test_a_swapper_running_on_is_dead_before_anything_is_read(sandbox: Sandbox) -> None:
    source = """
import os
open("f", "w").write("mine")
if os.fork() == 0:
    os.setsid()
    while True:
        os.symlink("/etc/passwd", "l"); os.rename("l", "f")
        open("g", "w").write("mine"); os.rename("g", "f")
"""
    for _ in range(5):
        end = python(sandbox, source)
        assert end.how == "exited"
        assert all(file.data in {b"mine", b""} for file in end.folders["/workspace"].values())


def test_folders_3000_deep(sandbox: Sandbox) -> None:
    end = python(
        sandbox, "import os\nfor _ in range(3000):\n    os.mkdir('d'); os.chdir('d')\nopen('f','w').close()"
    )
    assert end.how == "exited"
    assert end.folders["/workspace"] == Tree()
    assert any("too deep" in text for text in end.breaches)


GIT_NAMES = [
    ".git",
    ".GIT",
    ".Git",
    ".git ",
    ".git.",
    "git~1",
    "GIT~1",
    ".g\u200cit",
    ".git::$INDEX_ALLOCATION",
]


def test_every_spelling_of_git_is_dropped(sandbox: Sandbox) -> None:
    source = (
        "import os\n"
        f"for i, n in enumerate({GIT_NAMES!r}):\n"
        "    os.makedirs(f'd{i}/{n}/hooks'); open(f'd{i}/{n}/hooks/x', 'w').close()\n"
        "os.mkdir('sub'); open('sub/.git', 'w').write('gitdir: /etc')\nopen('ok', 'w').close()"
    )
    end = python(sandbox, source)
    assert set(end.folders["/workspace"]) == {"ok"}
    assert len(end.breaches) == len(GIT_NAMES) + 1


@pytest.mark.parametrize(
    "name", [b"bad\xff", b"new\nline", b"esc\x1b[2J", b"back\\slash", b"x" * 250 + b"\xc3\xa9"]
)
def test_unsafe_names(sandbox: Sandbox, name: bytes) -> None:
    end = python(sandbox, f"open({name!r}, 'w').write('n'); open('ok', 'w').close()")
    expected = {"ok"} if len(name) < 200 else {"ok", name.decode()}
    assert set(end.folders["/workspace"]) == expected
    assert len(end.breaches) == 2 - len(expected)


def test_unreadable_files_are_read_all_the_same(sandbox: Sandbox) -> None:
    source = "import os; os.mkdir('d'); open('d/f','w').write('x'); os.chmod('d/f', 0); os.chmod('d', 0)"
    end = python(sandbox, source)
    assert end.folders["/workspace"]["d/f"].data == b"x"


def test_a_sparse_file_costs_nothing(sandbox: Sandbox) -> None:
    end = python(sandbox, "open('s','wb').truncate(5 * 2**30)")
    small = python(sandbox, "open('s','wb').truncate(200 * 2**20)")
    assert end.folders.get("/workspace", Tree()).size == 0
    assert "/workspace" not in small.folders
    assert any("more bytes" in text for text in small.breaches)


def test_a_hundred_thousand_files_end_the_order(sandbox: Sandbox) -> None:
    end = python(sandbox, "for i in range(100_000): open(str(i), 'w').close()", entries=5000)
    assert end.how == "entries"


def test_breaches_are_bounded(sandbox: Sandbox) -> None:
    end = python(sandbox, "import os\nfor i in range(2000): os.symlink('/' + 'y' * 200, 'x' * 200 + str(i))")
    assert len(end.breaches) == 50


def test_nothing_is_left_on_the_host(sandbox: Sandbox) -> None:
    python(sandbox, "import os\nos.makedirs('a/b'); os.chmod('a/b', 0); os.chmod('a', 0)")
    python(sandbox, "import os\nfor _ in range(2000):\n    os.mkdir('d'); os.chdir('d')")
    assert list(Path(tempfile.gettempdir()).glob(f"{PREFIX}{os.getpid():08x}*")) == []


def test_what_a_killed_controller_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    folder = Path(tempfile.gettempdir())
    dead, foreign = f"{2**22 + 7:08x}{1:016x}{os.getpid():08x}", folder / f"{PREFIX}{os.getpid()}"
    left, link = folder / (PREFIX + dead), folder / f"{PREFIX}{2**22 + 7:08x}{1:016x}{os.getpid() + 1:08x}"
    try:
        (left / "deep").mkdir(parents=True)
        foreign.mkdir()
        link.symlink_to(tmp_path)
        (tmp_path / "kept").write_text("")
        tmp_path.chmod(0o755)
        ProcessSandbox().close()
        assert not left.exists()
        assert foreign.exists()
        assert (tmp_path / "kept").exists()
        assert tmp_path.stat().st_mode & 0o777 == 0o755
    finally:
        link.unlink(missing_ok=True)
        foreign.rmdir()
