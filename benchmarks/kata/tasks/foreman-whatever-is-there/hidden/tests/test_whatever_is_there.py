import pytest

from foreman import ParseError, parse

RULES = "%.o: %.c\n    cc $<\n%.o: %.s\n    as $<\n"


def test_the_one_whose_file_is_there():
    graph = parse("app: a.o b.o\n" + RULES, files=["a.c", "b.s"]).graph
    assert [graph[name].commands for name in ("a.o", "b.o")] == [["cc a.c"], ["as b.s"]]
    assert graph["b.o"].inputs == ["b.s"]


def test_made_by_another_rule():
    graph = parse("app: gen.o\n" + RULES + "gen.s:\n    generate\n").graph
    assert graph["gen.o"].needs == ["gen.s"]


def test_all_needs_count():
    text = "app: a.o\n%.o: %.c %.h\n    one\n%.o: %.c\n    two\n"
    assert parse(text, files=["a.c"]).graph["a.o"].commands == ["two"]


def test_the_first_of_two_that_fit():
    assert parse("app: a.o\n" + RULES, files=["a.s", "a.c"]).graph["a.o"].commands == ["cc a.c"]


def test_none_of_them():
    with pytest.raises(ParseError, match="nothing makes 'a.c'"):
        parse("app: a.o\n" + RULES)
