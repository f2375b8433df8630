import pytest

from foreman import ParseError, parse


def commands(text, name, **rest):
    return parse(text, **rest).graph[name].commands


def test_rule():
    made = parse("app: lib | out\n    link\nlib:\nout:\n")
    assert made.graph["app"].needs == ["lib"]
    assert made.graph["app"].after == ["out"]
    assert made.default == "app"


def test_automatic_names():
    assert commands("app: a b\n    $@ $^ $<\na:\nb:\n", "app") == ["app a b a"]


def test_variables():
    assert commands("X = 1\nX += 2\na:\n    echo $(X)\n", "a") == ["echo 1 2"]
    assert commands("X ?= 1\na:\n    echo $(X)\n", "a", variables={"X": "7"}) == ["echo 7"]


def test_joined_lines():
    assert commands("a:\n    one \\\n      two\n", "a") == ["one two"]


def test_pattern_rule():
    made = parse("app: main.o\n%.o: %.c\n    cc $<\n", files=["main.c"])
    assert made.graph["main.o"].commands == ["cc main.c"]
    assert made.graph["main.o"].inputs == ["main.c"]


def test_options():
    target = parse("a:\n    @seconds 2\n    @inputs *.c\n    @always\n").graph["a"]
    assert (target.seconds, target.inputs, target.always) == (2, ["*.c"], True)


def test_conditions():
    text = "ifdef X\nY = yes\nelse\nY = no\nendif\na:\n    $(Y)\n"
    assert commands(text, "a") == ["no"]
    assert commands(text, "a", variables={"X": ""}) == ["yes"]


def test_functions():
    assert commands("a:\n    $(upper ab) $(sort b a b) $(keep *.c, x.c y.h)\n", "a") == ["AB a b x.c"]


def test_include():
    assert commands("include more\na:\n    $(X)\n", "a", read={"more": "X = 1"}.get) == ["1"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: b\n", "nothing makes 'b'"),
        ("nonsense\n", "neither a rule"),
        ("    cc\n", "outside of a rule"),
        ("ifdef X\n", "no endif"),
        ("a:\n    $(X\n", "line 2: a parenthesis"),
        ("X = $(X)\na:\n    $(X)\n", "defined by itself"),
    ],
)
def test_mistakes(text, message):
    with pytest.raises(ParseError, match=message):
        parse(text)
