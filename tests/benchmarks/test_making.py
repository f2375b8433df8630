"""Tasks made of a history, of releases and by defects: verified, told without giving away, the same again."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from benchmarks.ahead import ahead
from benchmarks.difference import Difference, Maker, Refused, task_of
from benchmarks.inject import Bench, inject
from benchmarks.leaks import leaks
from benchmarks.releases import from_releases
from benchmarks.splits import drawn, spread
from benchmarks.task import Split, Task
from benchmarks.verify import doubt, verified
from dgm.commits import steps
from sandbox.base import Sandbox
from sandbox.registry import open_sandbox
from sandbox.tree import Change, Tree
from tests.benchmarks import toy_history
from tests.benchmarks.test_inject import METADATA, TOY, packed
from tests.without_engine import BACKENDS_WITHOUT_ENGINE

BAD = TOY.overlaid({"toy.py": TOY["toy.py"].data.replace(b"value > high", b"value > high + 1")})
OLD_TESTS = TOY["tests/test_toy.py"].data.replace(b", (11, 10)", b", (11, 11)")


@pytest.fixture(scope="module")
def maker() -> Iterator[Maker]:
    with open_sandbox("auto", backends=BACKENDS_WITHOUT_ENGINE) as sandbox:
        yield Maker(sandbox)


@pytest.fixture(scope="module")
def made(maker: Maker) -> Task:
    """A step whose older tests assert the bug."""
    before = BAD.overlaid({"tests/test_toy.py": OLD_TESTS, "data.bin": b"\0", "README": b"old"})
    step = Difference(
        "toy-1", before, TOY, "Values beyond the end are held\n\nThey were let through.", {"repo": "toy"}
    )
    return task_of(step, maker)


def test_a_step_makes_a_task(made: Task, maker: Maker) -> None:
    assert made.fail_to_pass == ("tests/test_toy.py::test_clamp[11-10]",)
    assert "tests/test_toy.py::test_share" in made.pass_to_pass
    assert made.labels["difficulty"] == "easy"
    assert made.issue.startswith("# Values beyond the end are held\n\nThey were let through.\n\n```python\n")
    assert "I expected `10`, but got `11`." in made.issue
    assert "test_clamp" not in made.repository.text("tests/test_toy.py").replace("test_clamp_to", "")
    assert doubt(made, maker.sandbox) is None


def test_words_that_give_away_are_left_out(made: Task) -> None:
    assert leaks(made) == ()
    line, name = "if value > high:", "test_clamp"
    assert leaks(replace(made, issue=f"Write `{line}`")) == (f"line of the patch: {line}",)
    assert leaks(replace(made, issue=f"See {name}.")) == (f"name of a hidden test: {name}",)
    gold = Change(Tree({"toy.py": TOY["toy.py"].data + b"\n\ndef _bounded_part():\n    pass\n"}), frozenset())
    told = leaks(replace(made, gold=gold, issue="Use _bounded_part there."))
    assert told == ("name that only the patch has: _bounded_part",)


def test_other_words_are_checked_too(made: Task, maker: Maker) -> None:
    words = {
        "Held, please: 11 gets through.": "Held, please: 11 gets through.\n",
        "if value > high:": made.issue,
    }
    for said, kept in words.items():
        other = replace(maker, rewrite=lambda _, said=said: said)
        assert other.finished(made).issue == kept


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (TOY, TOY.overlaid({"toy.py": b"x = 1\n"}), "changes no tests"),
        (TOY, TOY.overlaid({"tests/test_toy.py": b"def test_a(): pass\n"}), "changes no Python source"),
        (
            TOY,
            TOY.overlaid({"tests/test_more.py": b"def test_a(): pass\n", "b.py": b"\n"}),
            "no test fails before",
        ),
    ],
)
def test_steps_that_make_no_task(before: Tree, after: Tree, told: str, maker: Maker) -> None:
    with pytest.raises(Refused, match=told):
        task_of(Difference("toy-2", before, after, "Some words said", {}), maker)


@pytest.mark.slow
def test_two_releases_make_a_task(maker: Maker) -> None:
    version = {
        "setup.py": b"version = '1.0'\n",
        "PKG-INFO": METADATA,
        "toy.egg-info/SOURCES.txt": b"toy.py\n",
    }
    old = packed({path: file.data for path, file in BAD.items()} | {"tests/test_toy.py": OLD_TESTS} | version)
    good = {path: file.data for path, file in TOY.items()}
    news = {"CHANGES.md": b"# 1.1\n\nClamping does not let 11 through.\n", "setup.py": b"version = '1.1'\n"}
    new = packed(good | version | news)
    task = from_releases(
        "toy", "1.0", "1.1", maker, lambda name: (name, {"toy==1.0": old, "toy==1.1": new}[name])
    )
    assert set(task.gold.paths) == {"toy.py"}
    assert "Clamping does not let 11 through." in task.issue
    assert {len(task.labels[key]) for key in ("sha256", "fixed_sha256")} == {64}
    assert "PKG-INFO" not in task.repository


@pytest.mark.slow
def test_five_of_a_history(maker: Maker, tmp_path: Path) -> None:
    repository = tmp_path / "words"
    marker = toy_history.make(repository)
    found = list(steps(repository, last=50))
    tasks = [task for _, task in ahead(found, lambda step: task_of(step, maker), 2)]
    assert len(tasks) == len(toy_history.STEPS) >= 5
    for task, (message, files, _) in zip(tasks, reversed(toy_history.STEPS), strict=True):
        assert task.issue.startswith(f"# {message.splitlines()[0]}")
        assert "Signed-off-by" not in task.issue
        assert set(task.gold.paths) == set(files)
        assert task.labels["base_commit"] != task.labels["fixed_in"]
    assert not marker.exists()


@pytest.mark.slow
def test_workers_change_no_task(maker: Maker) -> None:
    bench = Bench.of(TOY, maker.sandbox)
    one, three = (
        [injected.task.digest for injected in inject(bench, "toy", 5, 2, workers=workers)]
        for workers in (1, 3)
    )
    assert one == three
    assert len(one) == 2


@pytest.mark.slow
def test_verifying_names_what_does_not_hold(made: Task, maker: Maker, tmp_path: Path) -> None:
    sandbox: Sandbox = maker.sandbox
    wrong = {
        "good": made,
        "trapped": replace(made, traps=(made.gold,)),
        "solved": replace(made, repository=made.gold.applied_to(made.repository)),
        "visible": replace(made, repository=made.repository.overlaid({"tests/test_toy.py": OLD_TESTS})),
    }
    told = {
        "good": None,
        "trapped": "task toy-1: trap 1 is resolved",
        "solved": "task toy-1: is resolved by doing nothing",
        "visible": "task toy-1: the visible test tests/test_toy.py::test_clamp[11-11] fails on the repair",
    }
    tasks = {key: replace(task, id=key) for key, task in wrong.items()}
    found = {one.task.id: one for one in verified(tasks.values(), sandbox, tmp_path, 2)}
    for key, why in told.items():
        assert found[key].reason == (None if why is None else why.replace("toy-1", key))
        assert not found[key].kept
    assert all(one.kept for one in verified(tasks.values(), sandbox, tmp_path, 2))
    assert not any(one.kept for one in verified([tasks["solved"]], sandbox, tmp_path, 1, fresh=True))


def test_a_flaky_task_is_told(made: Task, maker: Maker, tmp_path: Path) -> None:
    """The hidden test hangs on the parity of a clock that no two runs share."""
    source = TOY["toy.py"].data + b"\nimport time\nCOIN = time.time_ns() // 1000 % 2\n"
    flaky = (
        made.hidden.text("tests/test_toy.py") + "\n\ndef test_coin():\n    import toy\n    assert toy.COIN\n"
    )
    task = replace(
        made,
        gold=Change(Tree({"toy.py": source}), frozenset()),
        hidden=Tree({"tests/test_toy.py": flaky.encode()}),
        fail_to_pass=(*made.fail_to_pass, "tests/test_toy.py::test_coin"),
    )
    reasons = (doubt(task, maker.sandbox) for _ in range(30))
    assert any(reason is not None and reason.startswith("flaky: ") for reason in reasons)


def strata(made: Task, sizes: Mapping[tuple[str, str], int]) -> list[Task]:
    return [
        replace(made, id=f"{repo}-{number:02}-{difficulty}", labels={"repo": repo, "difficulty": difficulty})
        for (repo, difficulty), size in sizes.items()
        for number in range(size)
    ]


def test_splits_are_drawn_by_a_seed_in_every_stratum(made: Task) -> None:
    tasks = strata(made, dict.fromkeys(product(("a", "b"), ("easy", "hard")), 9))
    shares: dict[Split, float] = {"search": 2, "held_out": 1}
    given = drawn(tasks, shares, 1)
    assert given == drawn(reversed(tasks), shares, 1)
    assert given != drawn(tasks, shares, 2)
    assert Counter(given.values()) == {"search": 24, "held_out": 12}
    by_stratum = Counter((task.labels["repo"], task.labels["difficulty"], given[task.id]) for task in tasks)
    for (_, _, split), count in by_stratum.items():
        assert abs(count - 9 * shares[split] / 3) <= 1
    with pytest.raises(ValueError, match="shares"):
        drawn(tasks, {}, 1)


def test_every_beginning_of_an_order_is_a_fair_part_of_the_whole(made: Task) -> None:
    sizes = {("a", "easy"): 12, ("a", "hard"): 4, ("b", "easy"): 2, ("b", "hard"): 7, ("c", "middling"): 5}
    tasks = strata(made, sizes)
    order = spread(tasks, 1)
    assert [task.id for task in order] == [task.id for task in spread(reversed(tasks), 1)]
    assert [task.id for task in order] != [task.id for task in spread(tasks, 2)]
    assert {task.id for task in order} == {task.id for task in tasks}
    for key in ("repo", "difficulty"):
        whole = Counter(task.labels[key] for task in tasks)
        for length in range(len(order)):
            part = Counter(task.labels[key] for task in order[:length])
            assert all(abs(part[value] - size * length / len(tasks)) <= 1 for value, size in whole.items())
