"""Trees and changes: the same ids as git's, and changes that do what they say."""

import os
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.diff import render, visible
from sandbox.tree import Change, File, Tree, TreeError, check_path, is_git_name

NAMES = st.text("abcXYZ019._- é", min_size=1, max_size=6).filter(
    lambda name: name not in {".", ".."} and not is_git_name(name)
)
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
FILES = st.builds(File, st.binary(max_size=40), st.booleans())
TEXTS = st.builds(
    lambda text, executable: File(text.encode(), executable), st.text("ab\n é\t", max_size=30), st.booleans()
)


# git itself can't read its own header for an empty file whose name begins or ends with a space
READABLE = st.lists(NAMES.filter(lambda name: name == name.strip()), min_size=1, max_size=3).map("/".join)


def trees(files: st.SearchStrategy[File], paths: st.SearchStrategy[str] = PATHS) -> st.SearchStrategy[Tree]:
    def built(chosen: dict[str, File]) -> Tree:
        kept: dict[str, File] = {}
        for path, file in sorted(chosen.items()):
            parents = {path.rsplit("/", depth)[0] for depth in range(1, path.count("/") + 1)}
            if not parents & set(kept):
                kept[path] = file
        # a file sorted after what lies below it would be its parent too
        return Tree({p: f for p, f in kept.items() if not any(o.startswith(p + "/") for o in kept)})

    return st.dictionaries(paths, files, max_size=6).map(built)


def git(folder: Path, *arguments: str, data: bytes | None = None) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(
        ["git", "-c", "core.autocrlf=false", *arguments],
        cwd=folder,
        env=environment,
        input=data,
        check=True,
        capture_output=True,
    ).stdout.decode()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=trees(FILES))
def test_the_hash_is_gits(tree: Tree, tmp_path: Path) -> None:
    if not (tmp_path / ".git").exists():
        git(tmp_path, "init", "-q")
    (tmp_path / ".git/index").unlink(missing_ok=True)
    for path, file in tree.items():
        blob = git(tmp_path, "hash-object", "-w", "--stdin", data=file.data).strip()
        git(tmp_path, "update-index", "--add", "--cacheinfo", f"{file.mode},{blob},{path}")
    assert git(tmp_path, "write-tree").strip() == tree.hash


@given(before=trees(FILES), after=trees(FILES))
def test_a_change_leads_from_one_tree_to_the_other(before: Tree, after: Tree) -> None:
    change = Change.between(before, after)
    assert change.applied_to(before) == after
    assert Change.from_bytes(change.to_bytes()) == change
    assert bool(change) == (before != after)
    assert not Change.between(after, after)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=trees(TEXTS, READABLE), after=trees(TEXTS, READABLE))
def test_git_can_apply_what_is_rendered(
    before: Tree, after: Tree, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("applied")
    git(folder, "init", "-q")
    before.write_to(folder)
    diff = render(before, after)
    if diff:
        git(folder, "apply", "--whitespace=nowarn", "-", data=diff.encode())
    assert Tree.from_folder(folder, keep=lambda _: True) == after.where(lambda _: True)


def test_what_is_too_large_or_binary_is_only_named() -> None:
    before = Tree({"b.bin": b"\0\1", "large": b"x" * 300_000})
    after = Tree({"b.bin": b"\0\2", "large": b"y" * 300_000})
    shown = render(before, after)
    assert shown.count("Binary files") == 2
    assert len(shown) < 500


def test_a_change_of_mode_alone_is_shown() -> None:
    shown = render(Tree({"t": File(b"x\n")}), Tree({"t": File(b"x\n", executable=True)}))
    assert shown == "diff --git a/t b/t\nold mode 100644\nnew mode 100755\n"


def test_visible_text_steers_nothing() -> None:
    assert visible("a\x1b[31mred\x07\r\n\tb") == "a\\x1b[31mred\\x07\\x0d\n\tb"
    assert visible("x\u202ey\u200b\x9b") == "x\\u202ey\\u200b\\x9b"
    assert visible("naïve ✓") == "naïve ✓"


@pytest.mark.parametrize(
    "path",
    ["", "/a", "a/", "a//b", "./a", "a/../b", "a\nb", "a\\b", "a\0", ".git/x", "a/.GIT", "git~1",
     "x" * 256, "d/" * 70 + "f", "bad\udcff", "\u2028"],
)  # fmt: skip
def test_unsafe_paths_are_refused(path: str) -> None:
    with pytest.raises(TreeError):
        check_path(path)


def test_a_path_can_not_be_file_and_folder() -> None:
    with pytest.raises(TreeError, match="both a file and a folder"):
        Tree({"a": b"", "a/b": b""})


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"deleted": ["../x"], "written": {}}',
             b'{"deleted": [], "written": {"a": ["120000", ""]}}',
             b'{"deleted": [], "written": {"a": ["100644", "???"]}}', b"[" * 5000]
)  # fmt: skip
def test_no_change_is_read_from_nonsense(data: bytes) -> None:
    with pytest.raises(TreeError):
        Change.from_bytes(data)


def test_a_folder_of_ours_is_read_without_links_and_junk(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    (tmp_path / "a").chmod(0o700)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__/m.pyc").write_text("")
    (tmp_path / "link").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe")
    tree = Tree.from_folder(tmp_path)
    assert dict(tree) == {"a": File(b"1", executable=True)}
    tree.write_to(tmp_path / "copy")
    assert stat.S_IMODE((tmp_path / "copy/a").stat().st_mode) == 0o755
