import pytest

from foreman import ParseError, parse


def first(command, head="S = main.c util.c notes.txt\n"):
    return parse(f"{head}app: x.o y.o\n    {command}\nx.o:\ny.o:\n").graph["app"].commands[0]


def test_endings():
    assert first("$(S:.c=.obj)") == "main.obj util.obj notes.txt"
    assert first("$(S:.c=)") == "main util notes.txt"


def test_whole_words():
    assert first("$(S:%.c=build/%.o)") == "build/main.o build/util.o notes.txt"


def test_automatic_names():
    assert first("$(^:.o=.d)") == "x.d y.d"


def test_without_equals():
    with pytest.raises(ParseError, match="line 3"):
        first("$(S:.c)")


def test_plain_references():
    assert first("$(S)") == "main.c util.c notes.txt"
    assert first("$(upper $(@))") == "APP"
