"""A report comes out of a sandbox: whatever it holds, it is read within bounds or refused."""

import pytest

from benchmarks.junit import ReportError, outcomes

HEAD = '<?xml version="1.0"?><testsuites><testsuite>'
TAIL = "</testsuite></testsuites>"


def case(name: str, inside: str = "", file: str = "tests/test_a.py") -> str:
    return f'<testcase classname="tests.test_a" name="{name}" file="{file}" line="1">{inside}</testcase>'


def report(*cases: str) -> bytes:
    return (HEAD + "".join(cases) + TAIL).encode()


def test_each_test_has_its_outcome() -> None:
    found = outcomes(
        report(case("one"), case("two", "<failure/>"), case("three", "<error/>"), case("four", "<skipped/>"))
    )
    assert found["tests/test_a.py::one"] == "passed"
    assert "passed" not in {found[f"tests/test_a.py::{name}"] for name in ("two", "three", "four")}


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"passed",
        b"\xff\xfe\x00",
        report(case("one"))[:-5],
        (LAUGHS + "]><testsuites>&j;</testsuites>").encode(),
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><testsuites>&e;</testsuites>',
        b'<!DOCTYPE x SYSTEM "file:///etc/hostname"><testsuites/>',
        report(case("one"), case("one", "<failure/>")),
        b"<x>" * 100_000,
        b"<html><body>1 passed</body></html>",
        (LAUGHS + "]><testsuites>&j;</testsuites>").encode("utf-16"),
    ],
    ids=["empty", "text", "binary", "cut", "laughs", "entity", "dtd", "doubled", "deep", "html", "utf-16"],
)
def test_what_is_no_honest_report_is_refused(data: bytes) -> None:
    with pytest.raises(ReportError):
        outcomes(data)


def test_a_report_may_not_be_endless() -> None:
    with pytest.raises(ReportError):
        outcomes(report(case("x" * (80 * 2**20))))
