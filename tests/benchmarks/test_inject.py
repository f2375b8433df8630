"""Defects put in by machine: drawn by a seed, seen by hidden tests only, told by input and output."""

import hashlib
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.floor import fault
from benchmarks.hiding import defective
from benchmarks.inject import Bench, Injected, Untested, inject, leaks
from benchmarks.make_sealed import main, sheet_of
from benchmarks.mutations import mutations
from benchmarks.sdist import archive, read
from benchmarks.sealed import RECIPE, Package, Recipe, Sealed, written
from benchmarks.task import SuiteError
from sandbox.base import Sandbox
from sandbox.registry import open_sandbox
from sandbox.tree import Tree
from tests.without_engine import BACKENDS_WITHOUT_ENGINE

SOURCE = b'''\
def clamp(value, low=0, high=10):
    """`value`, but neither below `low` nor above `high`."""
    if value < low:
        return low
    if value > high:
        return high
    return value


def runs(items):
    """Each item with how often it follows itself."""
    found = []
    for item in items:
        if found and found[-1][0] == item:
            found[-1] = (item, found[-1][1] + 1)
        else:
            found.append((item, 1))
    return found


def share(whole, parts):
    return [whole // parts + (number < whole % parts) for number in range(parts)]
'''
TESTS = b"""\
import unittest

import pytest

from toy import clamp, runs, share


@pytest.mark.parametrize(("value", "expected"), [(-1, 0), (0, 0), (5, 5), (10, 10), (11, 10)])
def test_clamp(value, expected):
    assert clamp(value) == expected


def test_clamp_to_other_bounds():
    assert clamp(3, 4, 6) == 4
    assert clamp(9, 4, 6) == 6


class TestRuns(unittest.TestCase):
    def test_counts(self):
        text = "aab"
        self.assertEqual(runs(text), [("a", 2), ("b", 1)])

    def test_nothing(self):
        self.assertEqual(runs(""), [])


def test_nothing_to_go_through():
    with pytest.raises(TypeError):
        runs(None)


def test_share():
    assert share(7, 3) == [3, 2, 2]


def test_share_evenly():
    assert share(6, 3) == [2, 2, 2]


def test_all_is_shared():
    for whole in range(9):
        assert sum(share(whole, 4)) == whole
"""
TOY = Tree({"toy.py": SOURCE, "tests/test_toy.py": TESTS})


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with open_sandbox("auto", backends=BACKENDS_WITHOUT_ENGINE) as opened:
        yield opened


@pytest.fixture(scope="module")
def bench(sandbox: Sandbox) -> Bench:
    return Bench.of(TOY, sandbox)


@pytest.fixture(scope="module")
def made(bench: Bench) -> list[Injected]:
    return list(inject(bench, "toy", 3, 2))


def test_every_mutation_parses_and_changes_something() -> None:
    found = mutations("toy.py", SOURCE)
    assert {one.kind for one in found} > {"comparison", "integer", "operator", "default", "dropped branch"}
    for one in found:
        changed = one.applied_to(SOURCE)
        compile(changed, "toy.py", "exec")
        assert changed != SOURCE


def test_the_same_seed_gives_the_same_tasks(bench: Bench, made: list[Injected]) -> None:
    assert len(made) == 2
    again = next(inject(bench, "toy", 3, 1))
    assert (again.task.digest, again.mutation) == (made[0].task.digest, made[0].mutation)


def test_the_floor_holds(sandbox: Sandbox, made: list[Injected]) -> None:
    for one in made:
        assert fault(one.task, sandbox) is None


def test_no_failing_test_is_to_be_seen(bench: Bench, made: list[Injected]) -> None:
    for one in made:
        seen, _ = bench.results(one.task.repository)
        assert seen is not None
        assert set(seen.values()) == {"passed"}
        assert not set(one.task.fail_to_pass) & set(seen)
        assert one.task.hidden["tests/test_toy.py"].data == TESTS


def test_the_issue_tells_what_and_not_where(made: list[Injected]) -> None:
    for one in made:
        issue = one.task.issue
        assert "```python\n" in issue
        assert "I expected `" in issue
        assert "test_" not in issue
        bad = defective(TOY, one.mutation).text("toy.py")
        assert not leaks(issue, TOY.text("toy.py"), bad)
        for line in set(TOY.text("toy.py").splitlines()) ^ set(bad.splitlines()):
            assert leaks(f"{issue}See `{line}`.", TOY.text("toy.py"), bad) == (len(line.strip()) > 5)


def test_a_repository_needs_tests(sandbox: Sandbox) -> None:
    with pytest.raises(Untested, match="no tests"):
        Bench.of(Tree({"toy.py": SOURCE}), sandbox)


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as members:
        for path, data in files.items():
            member = tarfile.TarInfo(f"toy-1.0/{path}")
            member.size = len(data)
            members.addfile(member, io.BytesIO(data))
    return out.getvalue()


METADATA = b"Name: toy\nVersion: 1.0\nLicense: MIT\nRequires-Dist: other; extra == 'more'\n"
ARCHIVE = packed({"PKG-INFO": METADATA, **{path: file.data for path, file in TOY.items()}})
SHA256 = hashlib.sha256(ARCHIVE).hexdigest()


@pytest.fixture
def recipe(made: list[Injected], tmp_path: Path) -> Path:
    sheets = [sheet_of("toy", one) for one in made]
    package = Package(name="toy", version="1.0", sha256=SHA256, licence="MIT")
    path = tmp_path / "sealed.toml"
    path.write_text(written(Recipe(seed=3, candidates=["toy"], package=[package], task=sheets)))
    return path


def test_a_recipe_and_the_archive_make_the_tasks(recipe: Path, made: list[Injected]) -> None:
    suite = Sealed(recipe, lambda *_: ARCHIVE)
    assert list(suite.tasks.values()) == [one.task for one in made]
    assert not suite.shipped
    assert len(suite.split("sealed")) == len(made)


def test_an_archive_with_another_digest_is_refused(recipe: Path) -> None:
    with pytest.raises(SuiteError, match="another SHA-256"):
        _ = Sealed(recipe, lambda *_: packed({"toy.py": SOURCE})).tasks


def test_pip_refuses_another_digest(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    with pytest.raises(SuiteError, match="connect once"):
        archive("toy", "1.0", "0" * 64)
    (tmp_path / "toy-1.0.tar.gz").write_bytes(ARCHIVE)
    with pytest.raises(SuiteError, match="another SHA-256"):
        archive("toy", "1.0", "0" * 64)


def test_a_recipe_that_does_not_fit_is_refused(recipe: Path) -> None:
    recipe.write_text(recipe.read_text().replace("I expected", "We expected"))
    with pytest.raises(SuiteError, match="another digest"):
        _ = Sealed(recipe, lambda *_: ARCHIVE).tasks


def test_archives_are_read_as_data() -> None:
    assert read(ARCHIVE).tree == TOY
    assert (read(ARCHIVE).licence, read(ARCHIVE).needs) == ("MIT", ())
    with pytest.raises(SuiteError, match="can't be read"):
        read(packed({"../../out.py": b""}))
    with pytest.raises(SuiteError, match="can't be read"):
        read(ARCHIVE[:-40])
    with pytest.raises(SuiteError, match="can't be read"):
        read(b"no archive")


def test_the_recipe_that_ships_is_whole() -> None:
    recipe = Sealed().recipe
    assert len(recipe.task) >= 50
    assert len({sheet.package for sheet in recipe.task}) >= 3
    assert {one.name for one in recipe.package} <= set(recipe.candidates)
    assert len({sheet.id for sheet in recipe.task}) == len(recipe.task)
    assert RECIPE.stat().st_size < 400_000


def test_the_maker_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert "example:" in capsys.readouterr().out
