"""Test reports of several runners, read as the untrusted text they are: outcomes by the tests' own names."""

import json
import re
from collections.abc import Iterable, Mapping
from xml.etree import ElementTree as Xml

from benchmarks.junit import MAX_BYTES, MAX_CASES, MAX_DEPTH, ReportError
from sandbox.tree import Tree

_WORSE = ("passed", "skipped", "failed")
_TAGS = {"failure": "failed", "error": "failed", "skipped": "skipped"}
_RUST = re.compile(rb"^test ([\w:]+)(?: - should panic)? \.\.\. (ok|FAILED|ignored)\b", re.MULTILINE)
_GO = {"pass": "passed", "fail": "failed", "skip": "skipped"}


def junit(out: Tree, output: bytes, nonce: str) -> Mapping[str, str]:  # noqa: ARG001
    """JUnit XML in any number of files; tests of one name count by the worst."""
    cases: list[tuple[str, str]] = []
    for path, file in out.items():
        if path.endswith(".xml"):
            if len(file.data) > MAX_BYTES:
                raise ReportError(f"the report is larger than {MAX_BYTES} bytes")
            reader = _Cases()
            # The encoding is ours to say: what a report declares would choose a codec on our side.
            parser = Xml.XMLParser(target=reader, encoding="utf-8")  # noqa: S314 - no document type is let in
            try:
                parser.feed(file.data)
                parser.close()
            except Xml.ParseError as error:
                raise ReportError(f"the report is no XML: {str(error)[:100]}") from None
            cases += reader.found
    return _worst(cases)


def go_json(out: Tree, output: bytes, nonce: str) -> Mapping[str, str]:  # noqa: ARG001
    """What `go test -json` writes: an event a line."""
    cases = []
    for line in _one(out, f"{nonce}.json").splitlines()[:MAX_CASES]:
        event = _json(line)
        if isinstance(event, dict) and event.get("Action") in _GO and isinstance(event.get("Test"), str):
            cases.append((event["Test"], _GO[event["Action"]]))
    return _worst(cases)


def jest_json(out: Tree, output: bytes, nonce: str) -> Mapping[str, str]:  # noqa: ARG001
    """What `jest --json` writes."""
    told = _json(_one(out, f"{nonce}.json"))
    cases = []
    for suite in _list(told, "testResults"):
        for case in _list(suite, "assertionResults"):
            if isinstance(case, dict) and isinstance(case.get("title"), str):
                how = case.get("status")
                known = how if how in {"passed", "failed"} else "skipped"
                cases.append((case["title"], str(known)))
    return _worst(cases)


def rust_lines(out: Tree, output: bytes, nonce: str) -> Mapping[str, str]:
    """Lines of Rust's own test runner. A name told twice was told by somebody else."""
    cases = [(name.decode(), how) for name, how in _RUST.findall(_one(out, f"{nonce}.txt") or output)]
    names = [name for name, _ in cases]
    if len(names) != len(set(names)):
        raise ReportError("the report names a test twice")
    known = {b"ok": "passed", b"FAILED": "failed", b"ignored": "skipped"}
    return {name: known[how] for name, how in cases}


class _Cases:
    """Test cases by name while the parser runs: no document type, and never a tree of untrusted size."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []
        self._depth = 0

    def doctype(self, *_: object) -> None:
        """Entities could be declared in it."""
        raise ReportError("the report declares a document type")

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element opens."""
        self._depth += 1
        if self._depth > 2 * MAX_DEPTH or len(self.found) > MAX_CASES:
            raise ReportError("the report is too deep or too long")
        if tag == "testcase":
            self.found.append((attributes.get("name", "?").removesuffix("()"), "passed"))
        elif tag in _TAGS and self.found:
            self.found[-1] = (self.found[-1][0], _TAGS[tag])

    def end(self, tag: str) -> None:  # noqa: ARG002
        """An element closes."""
        self._depth -= 1


def _worst(cases: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, how in cases:
        found[name] = max(found.get(name, "passed"), how, key=_WORSE.index)
    return found


def _one(out: Tree, name: str) -> bytes:
    data = out[name].data if name in out else b""
    if len(data) > MAX_BYTES:
        raise ReportError(f"the report is larger than {MAX_BYTES} bytes")
    return data


def _json(data: bytes) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise ReportError("the report is no JSON") from None


def _list(value: object, key: str) -> list[object]:
    inner = value.get(key) if isinstance(value, dict) else None
    return inner[:MAX_CASES] if isinstance(inner, list) else []
