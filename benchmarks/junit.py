"""The test report that comes out of a grading sandbox, read as the untrusted text it is."""

from collections.abc import Mapping
from typing import Literal
from xml.etree import ElementTree as Xml

MAX_BYTES = 8 * 2**20
MAX_CASES = 50_000

TestOutcome = Literal["passed", "failed", "error", "skipped"]


class ReportError(ValueError):
    """The report is missing a part, forged or cut."""


def outcomes(report: bytes) -> Mapping[str, TestOutcome]:
    """The outcome of each test by pytest node id, from a report in pytest's xunit1 form.

    Raises:
        ReportError: it is no such report, too large, or names a test twice.
    """
    if len(report) > MAX_BYTES:
        raise ReportError(f"the report is larger than {MAX_BYTES} bytes")
    # A zero byte is another encoding, in which a document type could hide.
    if b"<!DOCTYPE" in report or b"<!ENTITY" in report or b"\0" in report:
        raise ReportError("the report declares entities")
    found: dict[str, TestOutcome] = {}
    try:
        root = Xml.fromstring(report)  # noqa: S314 - bounded, and without a document type
    except (Xml.ParseError, ValueError, LookupError, RecursionError) as error:
        raise ReportError(f"the report is no XML: {str(error)[:100]}") from None
    if root.tag not in {"testsuites", "testsuite"}:
        raise ReportError("the report is no JUnit report")
    for case in root.iter("testcase"):
        if len(found) >= MAX_CASES:
            raise ReportError(f"the report names more than {MAX_CASES} tests")
        name = node_id(case.get("file"), case.get("classname"), case.get("name"))
        outcome = _outcome(case)
        # A teardown that errs gives its test a second entry; the worse one counts.
        if name in found and "error" not in {outcome, found[name]}:
            raise ReportError(f"the report names {name[:200]} twice")
        found[name] = "error" if name in found else outcome
    return found


def node_id(file: str | None, classname: str | None, name: str | None) -> str:
    """The node id that xunit1 took apart into file, class name and test name."""
    if not file or not name:
        # A module that can't be imported is reported by its dotted name alone.
        return (name or classname or "?").replace(".", "/") + ".py" if "." in (name or "") else name or "?"
    module = file.removesuffix(".py").replace("/", ".").replace("\\", ".")
    inner = (classname or "").removeprefix(module).strip(".")
    return "::".join([file, *inner.split("."), name]) if inner else f"{file}::{name}"


def _outcome(case: Xml.Element) -> TestOutcome:
    tags = {child.tag for child in case}
    if "error" in tags:
        return "error"
    if "failure" in tags:
        return "failed"
    return "skipped" if "skipped" in tags else "passed"
