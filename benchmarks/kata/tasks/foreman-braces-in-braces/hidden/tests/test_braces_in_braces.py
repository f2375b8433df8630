import pytest

from foreman.patterns import alternatives, matches


def test_inside_one_another():
    assert alternatives("x.{a,{b,c}d}") == ["x.a", "x.bd", "x.cd"]


def test_three_deep():
    assert alternatives("{1,{2,{3,4}}}") == ["1", "2", "3", "4"]


def test_matching():
    assert matches("src/{main,{net,io}/*}.c", "src/io/file.c")
    assert not matches("src/{main,{net,io}/*}.c", "src/file.c")


def test_one_after_the_other():
    assert alternatives("{a,b}.{c,h}") == ["a.c", "a.h", "b.c", "b.h"]


def test_never_closed():
    with pytest.raises(ValueError, match="never closed"):
        alternatives("x{a")
