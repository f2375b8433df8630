"""Merges of trees: what both changed is kept, what both changed alike or apart is told, and nothing acts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.three_way import MAX_FILE_BYTES, three_way
from sandbox.tree import File, Tree

LINES = b"one\ntwo\nthree\nfour\nfive\nsix\n"
BASE = Tree({"agent.py": LINES, "tool.py": b"tool\n", "gone.py": b"gone\n", "run.sh": b"run\n"})


def test_what_both_changed_apart_is_in_the_child() -> None:
    one = BASE.overlaid(
        {"agent.py": LINES.replace(b"one", b"ONE"), "run.sh": File(b"run\n", executable=True)}
    )
    other = Tree({path: file for path, file in BASE.items() if path != "gone.py"}).overlaid(
        {"agent.py": LINES.replace(b"six", b"SIX"), "new/a.py": b"new\n", "run.sh": b"run now\n"}
    )
    merged = three_way(BASE, one, other)
    assert merged.conflicts == ()
    assert dict(merged.tree) == {
        "agent.py": File(LINES.replace(b"one", b"ONE").replace(b"six", b"SIX")),
        "new/a.py": File(b"new\n"),
        "run.sh": File(b"run now\n", executable=True),
        "tool.py": File(b"tool\n"),
    }


def test_the_same_lines_are_a_conflict_that_keeps_the_first() -> None:
    one, other = (BASE.overlaid({"agent.py": LINES.replace(b"two", word)}) for word in (b"2", b"zwei"))
    merged = three_way(BASE, one, other.overlaid({"tool.py": b"better\n"}))
    (conflict,) = merged.conflicts
    assert conflict.path == "agent.py"
    assert "<<<<<<< one\n2\n=======\nzwei\n>>>>>>> other" in conflict.text
    assert merged.tree == one.overlaid({"tool.py": b"better\n"})


# What a tree could ask of a git that looked at it: drivers that resolve everything or run a program.
ATTRIBUTES = b"* merge=union\n*.py merge=evil filter=evil diff=evil -text\n"
CONFIG = b'[merge "evil"]\n\tdriver = touch /tmp/acted\n'


@pytest.mark.parametrize(
    ("one", "other", "paths"),
    [
        ({"agent.py": b"a\n"}, {"agent.py": b"b\n"}, ["agent.py"]),
        ({"tool.py": b"\0one"}, {"tool.py": b"\0other"}, ["tool.py"]),
        ({"tool.py": b"a" * MAX_FILE_BYTES + b"1"}, {"tool.py": b"b\n"}, ["tool.py"]),
        ({"new": b"file\n"}, {"new/a.py": b"folder\n", "new/b/c": b"more\n"}, ["new/a.py", "new/b/c"]),
        ({"new/a.py": b"folder\n"}, {"new": b"file\n"}, ["new"]),
        ({"tool.py/deep": b"folder\n"}, {"tool.py": b"changed\n"}, ["tool.py"]),
        ({"tool.py": b"changed\n"}, {"tool.py/deep": b"folder\n"}, ["tool.py", "tool.py/deep"]),
        ({"-p": b"a\n", "--theirs": b"a\n"}, {"-p": b"b\n", "--theirs": b"b\n"}, ["--theirs", "-p"]),
        ({"crlf": b"a\r\n"}, {"crlf": b"a\n"}, ["crlf"]),
    ],
)
def test_hostile_trees_conflict_and_do_nothing(
    one: dict[str, bytes], other: dict[str, bytes], paths: list[str]
) -> None:
    asking = BASE.overlaid({".gitattributes": ATTRIBUTES, "config": CONFIG, ".gitconfig": CONFIG})
    first, second = asking.overlaid(one), asking.overlaid(other)
    merged = three_way(asking, first, second)
    assert [conflict.path for conflict in merged.conflicts] == paths
    assert merged.tree == first


NAMES = st.sampled_from(["a", "b", "a/c", "d/e", "d"])
TEXTS = st.lists(st.sampled_from(["x\n", "y\n", "z\n"]), max_size=5).map(
    lambda those: "".join(those).encode()
)


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    files: dict[str, File] = {}
    for path, text in draw(st.dictionaries(NAMES, TEXTS)).items():
        if not any(p.startswith(f"{path}/") or path.startswith(f"{p}/") for p in files):
            files[path] = File(text, executable=draw(st.booleans()))
    return Tree(files)


@settings(max_examples=40, deadline=None)
@given(trees(), trees(), trees())
def test_a_merge_is_whole_whatever_the_trees(base: Tree, one: Tree, other: Tree) -> None:
    merged = three_way(base, one, other)
    told = {conflict.path for conflict in merged.conflicts}
    for path in {*base, *one, *other}:
        if path in told and path in one:
            assert path in merged.tree
        elif one.get(path) == base.get(path) and path not in told:
            assert merged.tree.get(path) == other.get(path)
        elif other.get(path) == base.get(path):
            assert merged.tree.get(path) == one.get(path)
    assert three_way(base, one, one).tree == one == three_way(base, one, base).tree
