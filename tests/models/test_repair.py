"""The repair engine: what it reads in an issue, what it tries, and what it mends under strange scaffolds."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from dgm.models.offline.repair.candidates import Seen, candidates, replacement
from dgm.models.offline.repair.check import Verdict, installing, verdicts
from dgm.models.offline.repair.issue import Step, read
from dgm.models.offline.repair.operators import edits
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


def ran(folder: Path, courses: Sequence[Sequence[Step]]) -> Sequence[Verdict]:
    return verdicts(shell(folder, installing(courses)))


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
    courses = read(issue(name)).courses[:1]
    assert [told.state for told in ran(tmp_path, courses)] == ["failed"]
    scaffold(tmp_path, issue(name))
    assert [told.state for told in ran(tmp_path, courses)] == ["passed"]


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
    step = read(f"```python\nprint(f(1))\n```\n{text}\n").courses[0][-1]
    assert expected in {step.expected, step.raises}


@pytest.mark.parametrize(
    ("comment", "expected"),
    [("expected 12", "12"), ("13, should be 12", "12"), ("prints 13 instead of 12", "12")],
)
def test_what_was_expected_is_read_from_comments(comment: str, expected: str) -> None:
    steps = read(f"```python\nx = 1\nprint(f(x))  # {comment}\n```\n").courses[0]
    assert [step.expected for step in steps] == [None, expected]


def test_a_console_session_becomes_steps() -> None:
    steps = read("```\n>>> x = 3\n>>> x + 1\n5\n```\n").courses[0]
    assert [(step.code, step.expected) for step in steps] == [("x = 3", None), ("x + 1", "5")]


def test_a_call_quoted_in_a_sentence_is_a_step() -> None:
    steps = read("`half(3)` should return `1`, but it returns `2`.").courses[0]
    assert steps == (Step("half(3)", expected="1"),)


def test_an_issue_without_code_gives_no_check() -> None:
    assert read("It is broken. Please mend it.").courses == ()


def test_a_check_tells_what_it_saw_and_what_ran(tmp_path: Path) -> None:
    (tmp_path / "core.py").write_text("def half(n):\n    m = n // 2\n    return m + 1\n")
    failed, passed, raised, broken = ran(
        tmp_path,
        [
            [Step("half(3)", expected="1")],
            [Step("from core import half"), Step("print(half(3))", expected="2")],
            [Step("half('x')")],
            [Step("nowhere(3)", expected="1")],
        ],
    )
    assert (failed.state, failed.why) == ("failed", "step 0 gave 2")
    assert failed.ran == {"core.py": frozenset({1, 2, 3})}
    assert (passed.state, passed.ran) == ("passed", {})
    assert raised.blamed == [("core.py", 2)]
    assert broken.state == "broken"


def test_an_error_that_should_come_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "core.py").write_text("def half(n):\n    return n / 2\n")
    mild, right = ran(
        tmp_path, [[Step("half(3)", raises="ValueError")], [Step("half('x')", raises="TypeError")]]
    )
    assert (mild.state, right.state) == ("failed", "passed")


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


def test_lines_are_those_of_the_parser() -> None:
    text = "x = '\x85'\n\x0c\n\n\ndef f(a, b):\n    return a - b\n"
    found = {edit.apply(text): edit.line for edit in edits(text)}
    assert found[text.replace("a - b", "a + b")] == 6


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
    around = replacement(code, edit.apply(code))
    assert around is not None
    old, new = around
    assert code.count(old) == 1
    assert code.replace(old, new) == edit.apply(code)
    assert replacement("a\n" * 40, "b\n" * 40) is None
