"""The test report that comes out of a grading sandbox, read as the untrusted text it is."""

from collections.abc import Mapping
from typing import Literal
from xml.etree import ElementTree as Xml

MAX_BYTES = 8 * 2**20
MAX_CASES = 50_000
MAX_DEPTH = 8

TestOutcome = Literal["passed", "failed", "error", "skipped"]

_BY_TAG: Mapping[str, TestOutcome] = {"skipped": "skipped", "failure": "failed", "error": "error"}
_WORSE = ("passed", "skipped", "failed", "error")


class ReportError(ValueError):
    """The report is missing a part, forged or cut."""


def outcomes(report: bytes) -> Mapping[str, TestOutcome]:
    """The outcome of each test by pytest node id, from a report in pytest's xunit1 form.

    Raises:
        ReportError: it is no such report, too large or deep, or names a test twice.
    """
    if len(report) > MAX_BYTES:
        raise ReportError(f"the report is larger than {MAX_BYTES} bytes")
    reader = _Reader()
    # The encoding is ours to say: what a report declares would choose a codec on our side.
    parser = Xml.XMLParser(target=reader, encoding="utf-8")  # noqa: S314 - see _Reader
    try:
        parser.feed(report)
        parser.close()
    except Xml.ParseError as error:
        raise ReportError(f"the report is no XML: {str(error)[:100]}") from None
    return reader.found


class _Reader:
    """Keeps what counts while the parser runs: no document type, and never a tree of untrusted size."""

    def __init__(self) -> None:
        self.found: dict[str, TestOutcome] = {}
        self._depth = 0
        self._case: tuple[str, TestOutcome] | None = None

    def doctype(self, *_: object) -> None:
        """Entities could be declared in it."""
        raise ReportError("the report declares a document type")

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element opens."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ReportError(f"the report is nested deeper than {MAX_DEPTH}")
        if self._depth == 1 and tag not in {"testsuites", "testsuite"}:
            raise ReportError("the report is no JUnit report")
        if tag == "testcase":
            if self._case is not None:
                raise ReportError("the report has a test within a test")
            name = node_id(attributes.get("file"), attributes.get("classname"), attributes.get("name"))
            self._case = name, "passed"
        elif self._case is not None and tag in _BY_TAG:
            name, outcome = self._case
            self._case = name, max(outcome, _BY_TAG[tag], key=_WORSE.index)

    def end(self, tag: str) -> None:
        """An element closes."""
        self._depth -= 1
        if tag != "testcase" or self._case is None:
            return
        (name, outcome), self._case = self._case, None
        # A teardown that errs gives its test a second entry; the worse one counts.
        if name in self.found and "error" not in {outcome, self.found[name]}:
            raise ReportError(f"the report names {name[:200]} twice")
        self.found[name] = "error" if name in self.found else outcome
        if len(self.found) > MAX_CASES:
            raise ReportError(f"the report names more than {MAX_CASES} tests")


def node_id(file: str | None, classname: str | None, name: str | None) -> str:
    """The node id that xunit1 took apart into file, class name and test name."""
    if not file or not name:
        # A module that can't be imported is reported by its dotted name alone.
        return (name or classname or "?").replace(".", "/") + ".py" if "." in (name or "") else name or "?"
    module = file.removesuffix(".py").replace("/", ".").replace("\\", ".")
    inner = (classname or "").removeprefix(module).strip(".")
    return "::".join([file, *inner.split("."), name]) if inner else f"{file}::{name}"
