"""What every archive keeps, whichever holds it."""

import dataclasses
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scenes import EPOCH, SEED, USAGE, child_of, miniature, play, take

from archive.base import Archive, ArchiveError
from archive.commits import Commit
from archive.disk import DiskArchive
from archive.events import AgentId, Asked, Born, Called, Digest, Failed, Scored, Started, Stopped
from archive.memory import MemoryArchive
from sandbox.tree import File, Tree

ARCHIVES: dict[str, Callable[[Path], Archive]] = {
    "disk": lambda folder: DiskArchive.create(folder / "run", EPOCH),
    "memory": lambda folder: MemoryArchive(EPOCH),
}


@pytest.fixture(params=sorted(ARCHIVES))
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Archive]:
    with ARCHIVES[request.param](tmp_path) as archive:
        yield archive


def test_a_whole_run_is_told_back_in_order(archive: Archive) -> None:
    steps = miniature()
    play(archive, steps)
    entries = archive.entries()
    assert [entry.event for entry in entries] == [step.event for step in steps]
    assert [entry.line for entry in entries] == list(range(1, len(steps) + 1))
    births = [step for step in steps if isinstance(step.event, Born)]
    assert [archive.tree(agent) for agent in archive.lineage.agents] == [step.tree for step in births]
    for step in steps:
        for blob in step.blobs:
            assert archive.blob(archive.put(blob)) == blob


def test_ids_are_gits_own_and_the_same_everywhere(archive: Archive) -> None:
    agent = archive.commit(0, (), SEED, "seed agent", 0)
    assert agent == Commit.of(SEED.hash, (), "seed agent", EPOCH).id
    assert archive.commit(0, (), SEED, "seed agent", 0) == agent
    assert archive.commit(0, (), SEED, "seed agent", 1) != agent


@pytest.mark.parametrize(
    "message",
    ["", "two\n\nparts", "é…\u2028", "lone \ud800 surrogate", "nul \0 here", "\r\nx", "x" * 100_000],
)
def test_any_message_makes_the_same_commit(archive: Archive, message: str) -> None:
    assert archive.commit(0, (), SEED, message, 5) == MemoryArchive(EPOCH).commit(0, (), SEED, message, 5)


@pytest.mark.parametrize(
    "tree",
    [
        Tree(),
        Tree({'quo"te.py': b"", "spa ce/é.py": b"\0\n\xff", " lead": b"x"}),
        Tree({"deep/" * 30 + "file": b"x", "empty": b"", "crlf.txt": b"a\r\nb\r\n"}),
        Tree({".gitattributes": b"* text export-ignore filter=x\n", "a.txt": b"a\r\n$Id$\n"}),
        Tree({"run": File(b"#!/bin/sh\n", True), "done": b"done\n", "M 100644 inline x": b"data 3\n"}),
    ],
)
def test_any_tree_comes_back_byte_for_byte(archive: Archive, tree: Tree) -> None:
    root = archive.commit(0, (), tree, "seed", 0)
    archive.record(Born(0, root, 0, (), tree.hash, archive.put(b"s")))
    assert archive.tree(root) == tree


def test_a_merge_has_two_parents_in_order(archive: Archive) -> None:
    play(archive, miniature(rounds=2))
    root, one, two = archive.lineage.agents
    merged = child_of(SEED, 99)
    archive.record(Asked(90, "merge", "search", 0, {}, parents=(two, root)))
    agent = archive.commit(90, (two, root), merged, "merge", 90)
    archive.record(Born(90, agent, 90, (two, root), merged.hash, archive.put(b"s")))
    assert archive.lineage.parents(agent) == (two, root)
    assert archive.lineage.clade(one) == (one, two, agent)
    assert archive.tree(agent) == merged


def test_an_unborn_ordinal_is_overwritten_and_a_born_one_is_not(archive: Archive) -> None:
    play(archive, miniature(rounds=1))
    root = archive.lineage.agents[0]
    archive.record(Asked(90, "expand", "search", 0, {}, parents=(root,)))
    first = archive.commit(90, (root,), child_of(SEED, 7), "one", 90)
    second = archive.commit(90, (root,), child_of(SEED, 8), "two", 90)
    assert first != second
    with pytest.raises(ArchiveError, match="before it is committed"):
        archive.record(Born(90, first, 90, (root,), child_of(SEED, 7).hash, archive.put(b"s")))
    archive.record(Born(90, second, 90, (root,), child_of(SEED, 8).hash, archive.put(b"s")))
    with pytest.raises(ArchiveError, match="already belongs to agent"):
        archive.commit(90, (root,), child_of(SEED, 9), "three", 90)
    assert archive.tree(second) == child_of(SEED, 8)


def test_a_birth_needs_its_commit_and_its_tree(archive: Archive) -> None:
    take(archive, miniature()[0])
    stranger = AgentId("1" * 40)
    with pytest.raises(ArchiveError, match="before it is committed"):
        archive.record(Born(0, stranger, 0, (), SEED.hash, archive.put(b"s")))
    root = archive.commit(0, (), SEED, "seed agent", 0)
    with pytest.raises(ArchiveError, match="another tree"):
        archive.record(Born(0, root, 0, (), child_of(SEED, 1).hash, archive.put(b"s")))
    with pytest.raises(ArchiveError, match="never born"):
        archive.commit(1, (stranger,), SEED, "orphan", 1)
    assert len(archive.entries()) == 1
    assert archive.lineage.agents == ()


def test_a_ticket_ends_once(archive: Archive) -> None:
    play(archive, miniature(rounds=1))
    ended = next(entry for entry in archive.entries() if isinstance(entry.event, Scored))
    count = len(archive.entries())
    assert archive.record(ended.event) == ended
    with pytest.raises(
        ArchiveError, match=f"ticket {ended.event.ticket} already ended, at line {ended.line}"
    ):
        archive.record(dataclasses.replace(ended.event, reason="other"))  # type: ignore[arg-type]
    with pytest.raises(ArchiveError, match="ticket 777 ends but was never asked"):
        archive.record(Failed(777, "ours", "x"))
    with pytest.raises(ArchiveError, match="ticket 777 was never asked"):
        archive.record(Called(777, 1, 1, "solve", "m", "a" * 64, "b" * 64, USAGE))
    with pytest.raises(ArchiveError, match="ticket 1 was already asked"):
        archive.record(Asked(1, "expand", "search", 0, {}))
    with pytest.raises(ArchiveError, match="already started"):
        archive.record(archive.entries()[0].event)
    assert len(archive.entries()) == count


def test_free_text_is_kept_or_clipped_and_names_are_refused(archive: Archive) -> None:
    take(archive, miniature()[0])
    kept = archive.record(Stopped("line\nbreak \u2028 \ud800 \x1b[31m"))
    assert kept.event == Stopped("line\nbreak \u2028 \ud800 \x1b[31m")
    huge = archive.record(Stopped("é" * 10_000_000)).event
    assert isinstance(huge, Stopped)
    assert huge.reason.startswith("é" * 500)
    assert huge.reason.endswith("…")
    archive.record(Asked(1, "evaluate", "search", 0, {"draw": 0.5, "all": list(range(100_000))}))
    asked = archive.entries()[-1].event
    assert isinstance(asked, Asked)
    assert asked.why == {"draw": 0.5, "clipped": ["all"]}
    with pytest.raises(ArchiveError, match="key 'role'"):
        archive.record(Called(1, 1, 1, "r" * 300, "m", "a" * 64, "b" * 64, USAGE))
    with pytest.raises(ArchiveError, match="can't be written"):
        archive.record(Asked(2, "evaluate", "search", 0, {"draw": float("nan")}))
    with pytest.raises(ArchiveError, match="negative"):
        archive.record(Asked(-2, "evaluate", "search", 0, {}))
    with pytest.raises(ArchiveError, match="key 'champion'"):
        archive.record(Stopped("x", AgentId("HEAD")))


def test_what_is_not_there_is_named(archive: Archive) -> None:
    with pytest.raises(ArchiveError, match="missing"):
        archive.blob(Digest("0" * 64))
    with pytest.raises(ArchiveError, match="not in this run"):
        archive.tree(AgentId("0" * 40))
    with pytest.raises(ArchiveError, match="not in this run"):
        archive.point_head(AgentId("0" * 40))


def test_threads_may_record_commit_and_keep_together(archive: Archive) -> None:
    play(archive, miniature(rounds=1))
    root = archive.lineage.agents[0]
    before = len(archive.entries())
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            archive.record(Asked(number, "expand", "search", 0, {}, parents=(root,)))
            tree = child_of(SEED, number)
            agent = archive.commit(number, (root,), tree, f"child {number}", number)
            for call in range(1, 6):
                archive.record(Called(number, 1, call, "improve", "m", "a" * 64, "b" * 64, USAGE))
                archive.put(b"blob %d" % call)
            archive.record(Born(number, agent, number, (root,), tree.hash, archive.put(b"same")))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(100 + number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    entries = archive.entries()[before:]
    assert len(entries) == 8 * 7
    assert [entry.line for entry in entries] == list(range(before + 1, before + 57))
    for number in range(100, 108):
        agent = archive.lineage.agent(number)
        assert agent is not None
        assert archive.tree(agent) == child_of(SEED, number)


def test_closed_means_closed(archive: Archive) -> None:
    step = miniature()[0]
    take(archive, step)
    archive.close()
    archive.close()
    assert isinstance(step.event, Started)
    with pytest.raises(ArchiveError, match="closed"):
        archive.record(Stopped("late"))
