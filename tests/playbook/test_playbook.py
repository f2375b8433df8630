import ast
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import PCG64, Generator

from dgm.playbook import PLAYBOOK, Entry, NotApplicable, suggestions
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


WORKING = [entry for entry in PLAYBOOK if entry.name != "slip_of_the_pen"]


def test_names_and_titles_are_unique_and_every_kind_is_there() -> None:
    assert len({e.name for e in PLAYBOOK}) == len({e.title for e in PLAYBOOK}) == len(PLAYBOOK) >= 20
    kinds = Counter(e.helps for e in PLAYBOOK)
    assert min(kinds["helps"], kinds["neutral"], kinds["hurts"]) >= 5
    assert all(e.source and e.needs for e in PLAYBOOK)


def test_at_least_ten_are_five_lines_of_logic_or_more() -> None:
    def logic(files: Mapping[str, str]) -> Counter[str]:
        """Statements and conditions as the syntax has them: no comments, no docstrings, no prompts."""
        return Counter(
            ast.unparse(node)
            for text in files.values()
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.stmt)
            and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        )

    sizes = {e.name: sum((logic({**SEED, **e.edit(SEED, rng())}) - logic(SEED)).values()) for e in WORKING}
    assert sum(size >= 5 for size in sizes.values()) >= 10


@pytest.mark.parametrize("entry", PLAYBOOK, ids=lambda entry: entry.name)
def test_an_edit_changes_the_source_and_is_a_function_of_source_and_draw(entry: Entry) -> None:
    before = dict(SEED)
    changed = entry.edit(before, rng(3))
    assert before == SEED
    assert changed
    assert all(SEED.get(path) != text for path, text in changed.items())
    assert entry.edit(SEED, rng(3)) == changed
    assert entry not in WORKING or compiled(changed)


def test_a_slip_of_the_pen_is_one() -> None:
    (slip,) = set(PLAYBOOK) - set(WORKING)
    with pytest.raises(SyntaxError):
        compiled(slip.edit(SEED, rng()))


@settings(deadline=None, max_examples=25)
@given(st.permutations(WORKING), st.integers(0, 2**32))
def test_each_works_on_whatever_earlier_edits_left(order: Sequence[Entry], seed: int) -> None:
    files, draws = dict(SEED), rng(seed)
    refused = []
    for entry in order:
        try:
            files |= entry.edit(files, draws)
        except NotApplicable:
            refused.append(entry.name)
    assert compiled(files)
    # Views can become too short to be shortened; all else leaves room for all else.
    assert set(refused) <= {"shorter_views", "longer_views", "misspelt_name"}


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
    for entry in WORKING:
        try:
            files |= entry.edit(files, rng(1))
        except NotApplicable:
            continue
        applied.append(entry.name)
    hurting = ["misspelt_name", "shorter_views", "stop_early"]
    assert sorted(applied) == sorted(["longer_views", "every_call", "another_tone", "remark", *hurting])
    assert compiled(files)
    assert "        for first in todo:\n            history.append(" in files["main.py"]


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


def test_suggestions_tell_what_others_did_and_not_what_we_expect_of_it() -> None:
    assert suggestions("none") == ""
    titles, full = suggestions("titles"), suggestions("full")
    assert all(entry.title in titles and entry.title in full for entry in PLAYBOOK)
    assert all(entry.needs in full and entry.needs not in titles for entry in PLAYBOOK)
    assert not any(word in full for word in ("helps", "hurts", "neutral"))
