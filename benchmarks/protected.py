"""Paths that decide how tests run, and so are never taken from an agent's work."""

import re

_FOLDERS = frozenset({"test", "tests", "testing"})
_NAMES = frozenset(
    {
        "conftest.py",
        "pytest.ini",
        ".pytest.ini",
        "tox.ini",
        "setup.cfg",
        "pyproject.toml",
        "sitecustomize.py",
        "usercustomize.py",
        "noxfile.py",
        "test.py",
        "tests.py",
    }
)
_SHADOWS = frozenset(
    {
        "pytest",
        "_pytest",
        "py",
        "pluggy",
        "iniconfig",
        "packaging",
        "pygments",
        "unittest",
        "xml",
        "encodings",
    }
)
_TEST_MODULE = re.compile(r"test_.*\.py|.*_test\.py")


def is_test_module(path: str) -> bool:
    """Whether pytest looks for tests in the file of that name unasked."""
    return _TEST_MODULE.fullmatch(path.rpartition("/")[2]) is not None


def is_protected(path: str) -> bool:
    """Whether grading takes `path` from the pristine repository, whatever the agent did to it."""
    *folders, name = path.split("/")
    first = path.split("/", maxsplit=1)[0].removesuffix(".py")
    return (
        name in _NAMES
        or name.startswith(".git")
        or name.endswith((".pth", ".egg-link"))
        or is_test_module(path)
        or any(
            folder.casefold() in _FOLDERS or folder.endswith((".egg-info", ".dist-info"))
            for folder in folders
        )
        or first in _SHADOWS
    )
