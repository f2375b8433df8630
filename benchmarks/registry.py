"""Suites by name."""

from collections.abc import Callable, Mapping

from benchmarks.task import Suite, SuiteError


def _kata() -> Suite:
    from benchmarks.kata.suite import Kata

    return Kata()


def _sealed() -> Suite:
    from benchmarks.sealed import Sealed

    return Sealed()


SUITES: Mapping[str, Callable[[], Suite]] = {"kata": _kata, "sealed": _sealed}


def open_suite(name: str) -> Suite:
    """The suite called `name`.

    Raises:
        SuiteError: there is none.
    """
    if name not in SUITES:
        raise SuiteError(f"suite {name!r} is unknown; allowed: {', '.join(SUITES)}")
    return SUITES[name]()
