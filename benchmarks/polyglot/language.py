"""What grading has to know of a language."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sandbox.tree import Tree


class Reader(Protocol):
    """Reads what a run of the tests left: outcomes by test name.

    Raises:
        ReportError: it is damaged or forged.
    """

    def __call__(self, out: Tree, output: bytes, nonce: str) -> Mapping[str, str]:
        """Outcomes out of the folder /out and what was printed."""
        ...


@dataclass(frozen=True, slots=True)
class Language:
    """How exercises of one language are tested.

    `script` is for `sh`, at the exercise's root, and leaves its report in /out as `<nonce>.*` or prints it.
    `canary` are two tests, `passes` and `fails` with the nonce in their names; `cheat` are files that end the
    process of the tests with status 0, given the solution's files.
    """

    name: str
    sources: tuple[str, ...]
    """Endings of the files that an agent's work is taken from."""
    settings: re.Pattern[str]
    """Files of those endings that decide how tests run, and so are not."""
    toolchain: Sequence[str]
    """What has to end well inside of the sandbox."""
    skips: Sequence[tuple[re.Pattern[str], str]]
    tests: re.Pattern[str]
    """Finds the names of the tests in a test file, once what skips them is gone."""
    script: Callable[[str, Tree], str]
    canary: Callable[[str, Tree], Mapping[str, bytes]]
    cheat: Callable[[Tree], Mapping[str, bytes]]
    read: Reader

    def enabled(self, source: str) -> str:
        """A test file without what skips its tests."""
        for pattern, replacement in self.skips:
            source = pattern.sub(replacement, source)
        return source

    def takes(self, path: str) -> bool:
        """Whether grading takes `path` from an agent's work."""
        return path.endswith(self.sources) and self.settings.search(path) is None


def passes(nonce: str) -> str:
    """The name of the canary that has to pass."""
    return f"passes_{nonce}"


def fails(nonce: str) -> str:
    """The name of the canary that has to fail."""
    return f"fails_{nonce}"
