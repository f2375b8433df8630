"""The repair engine: what it reads in an issue, what it tries, and what it mends under strange scaffolds."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dgm.models.offline.repair.candidates import Seen, candidates, replacement
from dgm.models.offline.repair.operators import edits
from dgm.models.offline.repair.reproduction import executed, reproductions, satisfied
from tests.models.scaffolds import SCAFFOLDS, shell

BUGS = {
    "boundary": (
        "def first(items, count):\n    return items[: count - 1]\n",
        "print(first([1, 2, 3], 2))",
        "I expected `[1, 2]`, but it prints `[1]`.",
    ),
    "comparison": (
        "def ripe(age):\n    return age > 7\n",
        "print(ripe(7))",
        "expected `True`, got `False`",
    ),
    "operator": (
        "def area(width, height):\n    return width + height\n",
        "print(area(3, 5))",
        "This should print `15`.",
    ),
    "alias": (
        "def doubled(items):\n    result = items\n    result.extend(items)\n    return result\n",
        "a = [1]\ndoubled(a)\nprint(a)",
        "It prints `[1, 1]` instead of `[1]`.",
    ),
    "condition": (
        "def greet(name):\n    if name:\n        return 'who?'\n    return 'hello ' + name\n",
        "print(greet('ann'))",
        "Expected: hello ann",
    ),
    "extreme": (
        "def cheapest(prices):\n    return max(prices)\n",
        "print(cheapest([4, 2, 9]))",
        "It should return 2, but I get 9.",
    ),
}


def issue(name: str) -> str:
    _, code, told = BUGS[name]
    called = code.split("(")[1] if code.startswith("print(") else "doubled"
    return f"Wrong result\n\n```python\nfrom work.core import {called}\n{code}\n```\n\n{told}\n"


@pytest.mark.parametrize("scaffold", SCAFFOLDS, ids=lambda s: s.__name__)
@pytest.mark.parametrize("name", BUGS)
def test_it_mends_under_a_scaffold_it_has_never_seen(
    name: str, scaffold: Callable[[Path, str], int], tmp_path: Path
) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work/__init__.py").write_text("")
    (tmp_path / "work/core.py").write_text(BUGS[name][0])
    (check,) = reproductions(issue(name))
    assert not satisfied(check.expected[0], shell(tmp_path, check.command()))
    scaffold(tmp_path, issue(name))
    assert satisfied(check.expected[0], shell(tmp_path, check.command()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I expected `12`, but it prints `13`.", "12"),
        ("expected [1, 2], got [1]", "[1, 2]"),
        ("prints `13` instead of `12`", "12"),
        ("It should print 12.\n", "12"),
        ("Expected output:\n\n```\n12\n```\n", "12"),
        ("# expected: 12", "12"),
        ("It ought to raise `ValueError`", "ValueError"),
    ],
)
def test_what_was_expected_is_read_from_many_forms(text: str, expected: str) -> None:
    (check,) = reproductions(f"```python\nprint(f(1))\n```\n{text}")
    assert expected in check.expected


def test_a_console_session_becomes_a_program() -> None:
    (check,) = reproductions("```\n>>> x = 3\n>>> x + 1\n5\n```\n")
    assert "_shown(x + 1)" in check.program
    assert "5" in check.expected


def test_an_issue_without_code_gives_no_check() -> None:
    assert reproductions("It is broken. Please mend it.") == ()


def test_satisfied_wants_whole_words_and_no_error() -> None:
    assert satisfied("12", "12\n")
    assert not satisfied("12", "112\n")
    assert not satisfied("12", "12\nTraceback (most recent call last):\n")
    assert satisfied("ValueError", "Traceback (most recent call last):\nValueError: no\n")


def test_executed_reads_the_trace() -> None:
    assert executed("7\n[executed] a/b.py 3 4\n[check done]") == {"a/b.py": frozenset({3, 4})}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def f(a, b):\n    return a < b\n", "def f(a, b):\n    return a <= b\n"),
        ("def f(a, b):\n    return a and b\n", "def f(a, b):\n    return a or b\n"),
        ("def f(a):\n    return a + 1\n", "def f(a):\n    return a - 1\n"),
        ("def f(a):\n    return a[1:]\n", "def f(a):\n    return a[2:]\n"),
        ("def f(a):\n    return min(a)\n", "def f(a):\n    return max(a)\n"),
        ("def f(a, b):\n    return g(a, b)\n", "def f(a, b):\n    return g(b, a)\n"),
        ("def f(a):\n    b = a\n    return b\n", "def f(a):\n    b = list(a)\n    return b\n"),
        ("def f(a):\n    return any(a)\n", "def f(a):\n    return all(a)\n"),
    ],
)
def test_small_edits_are_found(before: str, after: str) -> None:
    assert after in {edit.apply(before) for edit in edits(before)}


def test_every_edit_parses_and_differs() -> None:
    text = "def f(a, b=[]):\n    if a is None or not b:\n        return a[0]\n"
    text += "    return sorted(b)[-1] + len(a)\n"
    results = [edit.apply(text) for edit in edits(text)]
    assert len(results) == len(set(results)) > 20
    for result in results:
        compile(result, "<edit>", "exec")


def test_a_clipped_view_tells_its_beginning_only() -> None:
    text = "def f():\n    return 1\n\n\ndef g():\n    return (2 +"
    seen = Seen.of("a.py", text, frozenset({2}))
    assert not seen.whole
    assert seen.code == "def f():\n    return 1\n"
    assert not Seen.of("a.py", "def f():\n    return 1\n", frozenset({40})).whole


def test_lines_that_did_not_run_are_not_blamed() -> None:
    text = "def f(a):\n    return a + 1\n\n\n\ndef g(a):\n    return a + 2\n"
    seen = Seen.of("m.py", text, frozenset({2}))
    found = candidates([seen], {"m.py": frozenset({2})}, frozenset({"f"}), [])
    assert found
    assert {each.edit.line for each in found} <= {1, 2, 3}


def test_a_replacement_stands_once() -> None:
    code = "def f(a):\n    return a + 1\n\n\ndef g(a):\n    return a + 1\n"
    edit = next(e for e in edits(code) if e.line == 6 and e.new == "-")
    around = replacement(code, edit)
    assert around is not None
    old, new = around
    assert code.count(old) == 1
    assert code.replace(old, new) == edit.apply(code)
