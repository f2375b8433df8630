import ast
import itertools
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import PCG64, Generator

from dgm.playbook import PLAYBOOK, Entry, NotApplicable
from dgm.playbook.source import replaced, with_import

SEED_AGENT = Path(__file__).parents[2] / "seed_agent"
SEED = {path.relative_to(SEED_AGENT).as_posix(): path.read_text() for path in SEED_AGENT.rglob("*.py")}
# A scaffold of another hand, in one file.
STRANGER = {
    "main.py": '''"""Another agent."""
import subprocess

LIMIT = 2000
HINT = """Fix the bug.
Say done."""


def sh(cmd):
    text = subprocess.run(cmd, shell=True, capture_output=True, text=True).stdout
    return text if len(text) < LIMIT else "…" + text[-LIMIT:]


def main(ask):
    history = [HINT]
    while True:
        answer = ask(history)
        if "tool_calls" not in answer:
            return
        todo = answer["tool_calls"]
        first = todo[0]
        history.append(sh(first))
'''
}


def rng(seed: int = 0) -> Generator:
    return Generator(PCG64(seed))


def compiled(files: Mapping[str, str]) -> bool:
    return all(compile(text, path, "exec", dont_inherit=True) for path, text in files.items())


def test_names_and_titles_are_unique_and_every_kind_is_there() -> None:
    assert len({e.name for e in PLAYBOOK}) == len({e.title for e in PLAYBOOK}) == 6
    assert sorted(e.helps for e in PLAYBOOK) == ["helps"] * 4 + ["hurts", "neutral"]


@pytest.mark.parametrize("entry", PLAYBOOK, ids=lambda entry: entry.name)
def test_an_edit_changes_the_source_and_is_a_function_of_source_and_draw(entry: Entry) -> None:
    before = dict(SEED)
    changed = entry.edit(before, rng(3))
    assert before == SEED
    assert changed
    assert all(SEED.get(path) != text for path, text in changed.items())
    assert entry.edit(SEED, rng(3)) == changed
    assert compiled(changed)


def grown(
    files: Mapping[str, str], left: Sequence[Entry], draws: Iterator[int]
) -> Iterator[Mapping[str, str]]:
    """The source after every order of every subset of the entries that are left."""
    for entry in left:
        edited = {**files, **entry.edit(files, rng(next(draws)))}
        yield edited
        yield from grown(edited, [other for other in left if other is not entry], draws)


def test_every_order_of_every_subset_compiles_and_stays_readable() -> None:
    results = list(grown(SEED, PLAYBOOK, itertools.count()))
    assert len(results) == 1956
    texts = {text for files in results for text in files.values()}
    assert all(compile(text, "<edited>", "exec", dont_inherit=True) for text in texts)
    assert all(len(line) <= 110 for text in texts for line in text.splitlines())


@pytest.mark.parametrize("entry", PLAYBOOK, ids=lambda entry: entry.name)
def test_a_second_time_it_is_refused_or_something_new(entry: Entry) -> None:
    reached = [dict(SEED)]

    def again(seed: int) -> None:
        files = {**reached[-1], **entry.edit(reached[-1], rng(seed))}
        assert files not in reached
        reached.append(files)

    with pytest.raises(NotApplicable, match=r"\w+ \w+"):
        deque(map(again, range(50)))


@pytest.mark.parametrize("entry", PLAYBOOK, ids=lambda entry: entry.name)
@pytest.mark.parametrize(
    "files", [{}, {"a.py": ""}, {"a.py": "x = ("}, {"a.py": "print('hello')\n"}, {"a.py": "x = " + "(" * 500}]
)
def test_nothing_to_hold_on_to_is_said(entry: Entry, files: Mapping[str, str]) -> None:
    with pytest.raises(NotApplicable):
        entry.edit(files, rng())


def test_a_scaffold_of_another_hand_is_edited_where_it_has_the_shape() -> None:
    files, applied = dict(STRANGER), []
    for entry in PLAYBOOK:
        try:
            files |= entry.edit(files, rng(1))
        except NotApplicable:
            continue
        applied.append(entry.name)
    assert applied == ["longer_views", "every_call", "another_tone", "stop_early"]
    assert compiled(files)
    assert "        for first in todo:\n            history.append(sh(first))\n" in files["main.py"]


@given(st.text("aé\"'#\n ", max_size=30), st.text("bß\n ", max_size=10))
def test_a_piece_is_replaced_and_all_else_kept(around: str, new: str) -> None:
    head, tail = f"y = {around!r}; ", f"  # {around!r}\n"
    text = f"{head}x = [1, 2]{tail}"
    value = ast.parse(text).body[-1]
    assert isinstance(value, ast.Assign)
    assert replaced(text, [(value.value, new)]) == f"{head}x = {new}{tail}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 1\n", "import os\n\nx = 1\n"),
        ('"""Doc."""\nx = 1\n', '"""Doc."""\n\nimport os\nx = 1\n'),
        ("from a import (\n    b,\n)\nx = 1\n", "from a import (\n    b,\n)\nimport os\nx = 1\n"),
    ],
)
def test_an_import_finds_its_place(text: str, expected: str) -> None:
    assert with_import(text, "import os") == expected
