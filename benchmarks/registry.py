"""Suites by name, or by the folder they are in."""

from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.task import Suite, SuiteError


def _kata() -> Suite:
    from benchmarks.kata.suite import Kata

    return Kata()


def _sealed() -> Suite:
    from benchmarks.sealed import Sealed

    return Sealed()


SUITES: Mapping[str, Callable[[], Suite]] = {"kata": _kata, "sealed": _sealed}


def _folder(place: Path) -> Suite:
    from benchmarks.folder_suite import FolderSuite

    return FolderSuite(place)


def _polyglot(place: Path) -> Suite:
    from benchmarks.polyglot.suite import Polyglot

    return Polyglot(place)


def _swebench(place: Path) -> Suite:
    from benchmarks.swe.suite import Rows

    return Rows(place)


PLACED: Mapping[str, Callable[[Path], Suite]] = {
    "folder": _folder,
    "polyglot": _polyglot,
    "swebench": _swebench,
}
"""Forms of suites that a user has, named as in `folder:PATH`."""


def open_suite(name: str) -> Suite:
    """The suite called `name`, `FORM:PATH`, or the folder of tasks at the path `name`.

    Raises:
        SuiteError: there is none.
    """
    if name in SUITES:
        return SUITES[name]()
    form, colon, path = name.partition(":")
    if colon and form in PLACED:
        return PLACED[form](Path(path))
    if "/" in name or Path(name).is_dir():
        return _folder(Path(name))
    forms = ", ".join(f"{form}:PATH" for form in PLACED)
    raise SuiteError(
        f"suite {name!r} is unknown; allowed: {', '.join(SUITES)}, {forms}, or a folder of tasks"
    )
