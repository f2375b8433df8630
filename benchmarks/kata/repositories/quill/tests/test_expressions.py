import pytest

from quill import TemplateError
from quill.expressions import Expression


def value(text, **scope):
    return Expression(text).value(scope)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1", 1), ("2.5", 2.5), ("'a b'", "a b"), ("true", True), ("none", None), ("-3", -3)],
)
def test_literals(text, expected):
    assert value(text) == expected


def test_paths():
    assert value("order.lines.0.name", order={"lines": [{"name": "tea"}]}) == "tea"


def test_comparisons():
    assert value("n > 3", n=4)
    assert not value("n == 3", n=4)
    assert value("'a' in names", names=["a", "b"])


def test_logic():
    assert value("a and not b", a=True, b=False)
    assert value("a or b", a=False, b=True)


def test_filters():
    assert value("name | upper", name="ada") == "ADA"
    assert value("name | default: 'you'") == "you"
    with pytest.raises(TemplateError, match="no filter"):
        value("name | shout", name="ada")


def test_undefined():
    with pytest.raises(TemplateError, match="has no value"):
        value("nobody")
