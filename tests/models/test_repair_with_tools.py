"""What the repair engine makes of a scaffold's better tools."""

from pathlib import Path

import pytest

from dgm.models.offline.repair.candidates import definition
from tests.models.scaffolds import Talk, shell, with_tools

ISSUE = (
    "Wrong\n\n```python\nfrom m import CALL\nprint(CALL(2, 3))\n```\n\nI expected `5`, but it prints `-1`.\n"
)
NO_EDIT = "I found no edit that mends it"
MENDED = "The reproduction now gives what was expected."


def filler(count: int) -> str:
    return "".join(f"def f{number}(text):\n    return text * {number}\n\n\n" for number in range(count))


def mending(folder: Path, text: str, call: str, *tools: str) -> Talk:
    (folder / "m.py").write_text(text)
    return with_tools(folder, ISSUE.replace("CALL", call), *tools)


def prints(folder: Path, call: str) -> str:
    return shell(folder, f"python3 -c 'from m import *; print({call}, f0(1), f1(1))'")


LATE = "def late(a, b):\n    return a - b\n"


@pytest.mark.parametrize("count", [60, 130])
@pytest.mark.parametrize("edit", ["write", "replace", "redefine"])
@pytest.mark.parametrize("view", ["view", "view_ends"])
def test_with_a_range_of_lines_it_sees_a_defect_late_in_a_long_file(
    tmp_path: Path, count: int, edit: str, view: str
) -> None:
    text = filler(count) + LATE
    talk = mending(tmp_path, text, "late", view, "read_lines", edit)
    assert (talk.said, prints(tmp_path, "late(2, 3)")) == (MENDED, "5 0 1\n")
    assert talk.used["read_lines"] >= 1
    assert (tmp_path / "m.py").read_text() == text.replace("a - b", "a + b")


@pytest.mark.parametrize("edit", ["write", "replace", "redefine"])
def test_without_one_it_leaves_the_file_alone(tmp_path: Path, edit: str) -> None:
    talk = mending(tmp_path, filler(60) + LATE, "late", "view", edit)
    assert talk.said.startswith(NO_EDIT)
    assert (tmp_path / "m.py").read_text() == filler(60) + LATE


CALCULATOR = """class Calculator:
    def __init__(self):
        self.last = None

    def add(self, a, b):
        self.last = '''
no margin'''
        return a - b


def early(a, b):
    return Calculator().add(a, b)


"""


def test_by_its_name_it_edits_a_method_of_a_file_that_it_sees_in_part(tmp_path: Path) -> None:
    text = CALCULATOR + filler(90)
    assert mending(tmp_path, text, "early", "view", "write").said.startswith(NO_EDIT)
    assert (tmp_path / "m.py").read_text() == text
    talk = mending(tmp_path, text, "early", "view", "write", "redefine")
    assert (talk.said, talk.used["write"]) == (MENDED, 0)
    assert talk.used["redefine"] >= 1
    assert (tmp_path / "m.py").read_text() == text.replace("a - b", "a + b")


HARD = """def hard(a, b):
    c = [a, b]
    for d in range(0, len(c)):
        c[d] = c[d] + 0
    return c[0] - b
"""


def test_trying_several_edits_at_once_it_needs_fewer_calls(tmp_path: Path) -> None:
    text = HARD + "\n\n" + filler(2)
    one_by_one = mending(tmp_path, text, "hard", "view", "replace")
    mended = (tmp_path / "m.py").read_text()
    together = mending(tmp_path, text, "hard", "view", "replace", "try_each")
    assert one_by_one.said == together.said == MENDED
    assert prints(tmp_path, "hard(2, 3)") == "5 0 1\n"
    assert (tmp_path / "m.py").read_text() == mended != text
    assert together.used["try_each"] >= 1
    assert together.calls < one_by_one.calls


def test_an_edit_that_the_visible_tests_refuse_is_taken_back(tmp_path: Path) -> None:
    (tmp_path / "test_m.py").write_text(
        "from m import late\n\ndef test_late():\n    assert late(2, 3) == 99\n"
    )
    for tools in (("view", "replace"), ("view", "replace", "try_each")):
        assert mending(tmp_path, LATE, "late", *tools).said.startswith(NO_EDIT)
        assert (tmp_path / "m.py").read_text() == LATE


PROPERTY = """class C:
    @property
    def x(self):
        return 1

    @x.setter
    def x(self, v):
        v = 2
"""


def test_a_name_that_stands_for_two_definitions_names_none() -> None:
    assert definition(PROPERTY, PROPERTY.replace("v = 2", "v = 3")) is None
    assert definition(PROPERTY, PROPERTY.replace("return 1", "return 2")) is None
