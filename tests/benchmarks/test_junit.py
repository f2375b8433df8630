"""A report comes out of a sandbox: whatever it holds, it is read within bounds or refused."""

import encodings
import pkgutil
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.junit import MAX_BYTES, MAX_CASES, ReportError, outcomes

HEAD = '<?xml version="1.0"?><testsuites><testsuite>'
TAIL = "</testsuite></testsuites>"


def case(name: str, inside: str = "", file: str = "tests/test_a.py") -> str:
    return f'<testcase classname="tests.test_a" name="{name}" file="{file}" line="1">{inside}</testcase>'


def report(*cases: str) -> bytes:
    return (HEAD + "".join(cases) + TAIL).encode()


HONEST = report(case("one"), case("two", "<failure>a &lt;b&gt; &#233;</failure>"), case("three"))


def test_each_test_has_its_outcome() -> None:
    found = outcomes(
        report(case("one"), case("two", "<failure/>"), case("three", "<error/>"), case("four", "<skipped/>"))
    )
    assert found["tests/test_a.py::one"] == "passed"
    assert "passed" not in {found[f"tests/test_a.py::{name}"] for name in ("two", "three", "four")}


def test_the_worst_of_a_test_counts() -> None:
    teardown = report(case("one"), case("one", "<error/>"))
    assert outcomes(teardown) == {"tests/test_a.py::one": "error"}
    both = report(case("one", "<failure/><skipped/>"))
    assert outcomes(both) == {"tests/test_a.py::one": "failed"}


def test_strange_names_stay_whole() -> None:
    found = outcomes(report(case("x[a&#10;b&#9; é &lt;]"), case("y[a::b]"), case("")))
    assert list(found)[:2] == ["tests/test_a.py::x[a\nb\t é <]", "tests/test_a.py::y[a::b]"]


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)
DEEP = 500_000


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"passed",
        b"\xff\xfe\x00",
        report(case("one"))[:-5],
        report(case("one")) * 2,
        (LAUGHS + "]><testsuites>&j;</testsuites>").encode(),
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><testsuites>&e;</testsuites>',
        b'<!DOCTYPE x SYSTEM "file:///etc/hostname"><testsuites/>',
        report(case("one"), case("one", "<failure/>")),
        report(case("one", case("two"))),
        report(case("x&#1;y")),
        b"<x>" * 100_000,
        b"<testsuites>" + b"<a>" * DEEP + b"</a>" * DEEP + b"</testsuites>",
        b"<html><body>1 passed</body></html>",
        b'<testsuites xmlns="urn:else"/>',
        (LAUGHS + "]><testsuites>&j;</testsuites>").encode("utf-16"),
    ],
    ids=[
        "empty", "text", "binary", "cut", "two-roots", "laughs", "entity", "dtd", "doubled", "nested-tests",
        "invalid-character", "open", "deep", "html", "namespace", "utf-16",
    ],
)  # fmt: skip
def test_what_is_no_honest_report_is_refused(data: bytes) -> None:
    with pytest.raises(ReportError):
        outcomes(data)


def test_a_report_may_not_be_endless() -> None:
    with pytest.raises(ReportError, match="larger"):
        outcomes(b" " * (MAX_BYTES + 1))
    with pytest.raises(ReportError, match="more than"):
        outcomes(report(*(case(str(n)) for n in range(MAX_CASES + 1))))


def test_a_crowded_report_takes_little_more_room_than_its_size() -> None:
    crowded = b"<testsuites>" + b"<a/>" * (MAX_BYTES // 16) + b"</testsuites>"
    tracemalloc.start()
    try:
        assert outcomes(crowded) == {}
        assert tracemalloc.get_traced_memory()[1] < 4 * len(crowded)
    finally:
        tracemalloc.stop()


def test_a_report_chooses_no_codec_on_our_side() -> None:
    for codec in (module.name for module in pkgutil.iter_modules(encodings.__path__)):
        declared = HONEST.replace(b"?>", f' encoding="{codec}"?>'.encode(), 1)
        assert outcomes(declared) == outcomes(HONEST)


def test_what_is_cut_anywhere_is_refused() -> None:
    for length in range(len(HONEST)):
        with pytest.raises(ReportError):
            outcomes(HONEST[:length])


@given(at=st.integers(0, len(HONEST) - 1), patch=st.binary(max_size=12), gone=st.integers(0, 12))
def test_damage_is_read_or_refused(at: int, patch: bytes, gone: int) -> None:
    try:
        found = outcomes(HONEST[:at] + patch + HONEST[at + gone :])
    except ReportError:
        return
    assert set(found.values()) <= {"passed", "failed", "error", "skipped"}
