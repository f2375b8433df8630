"""Three small tasks in one image, as rows in swebench 5's form; the image's history knows the repairs."""

import io
import json
import os
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker

from sandbox.diff import render
from sandbox.images.recipe import current
from sandbox.tree import Change, Tree

PRICE = '''def total(prices, discount=0):
    """What all cost, less a discount in percent."""
    return sum(prices) - discount


def cheapest(prices):
    return min(prices) if prices else None
'''
TEXT = '''def initials(name):
    """The first letters, in capitals."""
    return "".join(part[0] for part in name.split(" ")).upper()
'''
CLOCK = '''def minutes(text):
    """Minutes since midnight of "7:05" or "7:05 pm"."""
    clock, _, half = text.partition(" ")
    hours, _, rest = clock.partition(":")
    return int(hours) * 60 + int(rest or 0) + (12 * 60 if half == "pm" else 0)
'''
OLD_TESTS = {
    "price": "from shop.price import cheapest\n\n\ndef test_cheapest():\n    assert cheapest([3, 2]) == 2\n",
    "text": "from shop.text import initials\n\n\ndef test_two():\n    assert initials('ada byron') == 'AB'\n",
    "clock": "from shop.clock import minutes\n\n\ndef test_morning():\n    assert minutes('7:05') == 425\n",
}
BEFORE = Tree(
    {
        "shop/__init__.py": b"",
        "shop/price.py": PRICE.encode(),
        "shop/text.py": TEXT.encode(),
        "shop/clock.py": CLOCK.encode(),
        "pyproject.toml": b'[tool.pytest.ini_options]\npythonpath = ["."]\n',
        ".gitignore": b"build/\n",
        **{f"tests/test_{task}.py": text.encode() for task, text in OLD_TESTS.items()},
    }
)

GOOD_TOTAL = PRICE.replace("sum(prices) - discount", "sum(prices) * (100 - discount) / 100")
GOOD_TEXT = TEXT.replace('name.split(" ")', "name.split()")
GOOD_CLOCK = CLOCK.replace("int(hours) * 60", "int(hours) % 12 * 60")
REPAIRS = {"price": GOOD_TOTAL, "text": GOOD_TEXT, "clock": GOOD_CLOCK}
NEW_TESTS = {
    "price": """from shop.price import cheapest, total


def test_cheapest():
    assert cheapest([3, 2]) == 2


def test_share():
    assert total([100, 100], 10) == 180


def test_nothing():
    assert total([], 10) == 0
""",
    "text": """import pytest

from shop.text import initials


def test_two():
    assert initials("ada byron") == "AB"


@pytest.mark.parametrize("name", ["ada  byron", " ada byron"])
def test_spaces(name):
    assert initials(name) == "AB"
""",
    "clock": """from shop.clock import minutes


def test_morning():
    assert minutes("7:05") == 425


def test_noon():
    assert minutes("12:30 pm") == 750
""",
}
FAIL_TO_PASS = {
    "price": ["test_share", "test_nothing"],
    "text": ["test_spaces[ada  byron]", "test_spaces[ ada byron]"],
    "clock": ["test_noon"],
}
PASS_TO_PASS = {"price": ["test_cheapest"], "text": ["test_two"], "clock": ["test_morning"]}
EVAL = """#!/bin/bash
set -uxo pipefail
cd /testbed
git config --global --add safe.directory /testbed
git status
git show
git -c core.fileMode=false diff {base}
git checkout {base} {test}
git apply -v - <<'EOF_114329324912'
{patch}
EOF_114329324912
: '>>>>> Start Test Output'
python -m pytest -rA -p no:cacheprovider {test}
: '>>>>> End Test Output'
git checkout {base} {test}
"""
DOCKERFILE = f"""FROM {current()}
RUN packages="$(python3 -c 'import site; print(site.getsitepackages()[-1])')" \\
    && cp -r /runtime/lib/python*/site-packages/. "$packages" \\
    && ln -sf "$(command -v python3)" /usr/bin/python
ADD testbed.tar /
RUN cd /testbed && mkdir build && echo made > build/out.bin
WORKDIR /testbed
"""


@dataclass(frozen=True)
class Toy:
    image: str
    base: str
    later: str
    """A commit after the base, which holds the repairs."""

    def row(self, task: str, name: str | None = None) -> dict[str, Any]:
        """The row of `price`, `text` or `clock`, under another name if one is given."""
        test = f"tests/test_{task}.py"
        patch = changed({test: NEW_TESTS[task]})
        return {
            "instance_id": name or f"toy__{task}-1",
            "repo": "toy/shop",
            "base_commit": self.base,
            "version": "1.0",
            "created_at": "2026-01-01",
            "environment_setup_commit": self.base,
            "problem_statement": f"{task} is wrong",
            "hints_text": "a hint that gives the repair away",
            "patch": changed({f"shop/{task}.py": REPAIRS[task]}),
            "test_patch": patch,
            "FAIL_TO_PASS": json.dumps([f"{test}::{one}" for one in FAIL_TO_PASS[task]]),
            "PASS_TO_PASS": json.dumps([f"{test}::{one}" for one in PASS_TO_PASS[task]]),
            "image": self.image,
            "eval_script": EVAL.format(base=self.base, test=test, patch=patch.rstrip("\n")),
            "log_parser": "parse_log_pytest",
            "eval_type": "pass_and_fail",
        }


def changed(files: Mapping[str, str]) -> str:
    """A patch against the base."""
    return render(BEFORE, BEFORE.overlaid({path: text.encode() for path, text in files.items()}))


def change(files: Mapping[str, str]) -> Change:
    return Change(Tree({path: text.encode() for path, text in files.items()}), frozenset())


@contextmanager
def toy(folder: Path, tag: str) -> Iterator[Toy]:
    """The image, removed in the end."""
    repository = folder / "testbed"
    BEFORE.write_to(repository)
    git(repository, "init", "-q", "-b", "main")
    base = commit(repository, "base")
    for task, text in REPAIRS.items():
        (repository / f"shop/{task}.py").write_text(text)
    later = commit(repository, "the repairs")
    git(repository, "tag", "-a", "-m", "next", "v2")
    git(repository, "branch", "fixes")
    git(repository, "remote", "add", "origin", "https://example.invalid/shop")
    git(repository, "update-ref", "refs/remotes/origin/main", later)
    (repository / ".git/FETCH_HEAD").write_text(f"{later}\t\tbranch 'main' of elsewhere\n")
    git(repository, "reset", "-q", "--hard", base)
    with closing(docker.APIClient(version="auto")) as engine:
        told = list(
            engine.build(fileobj=context(repository), custom_context=True, tag=tag, rm=True, decode=True,
                         network_mode="none")
        )  # fmt: skip
        assert not [line for line in told if "error" in line], told
        try:
            yield Toy(tag, base, later)
        finally:
            engine.remove_image(tag)


def context(repository: Path) -> io.BytesIO:
    inner, outer = io.BytesIO(), io.BytesIO()
    with tarfile.open(fileobj=inner, mode="w") as archive:
        archive.add(repository, "testbed", filter=rooted)
    with tarfile.open(fileobj=outer, mode="w") as archive:
        for name, data in {"Dockerfile": DOCKERFILE.encode(), "testbed.tar": inner.getvalue()}.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    outer.seek(0)
    return outer


def rooted(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


def commit(repository: Path, message: str) -> str:
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", message)
    return git(repository, "rev-parse", "HEAD").strip()


def git(repository: Path, *arguments: str) -> str:
    facts = {"NAME": "toy", "EMAIL": "toy@localhost", "DATE": "1767225600 +0000"}
    who = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER") for part, value in facts.items()}
    clean = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        ["git", *arguments], cwd=repository, env={**clean, **who}, check=True, capture_output=True, text=True
    )
    return done.stdout
