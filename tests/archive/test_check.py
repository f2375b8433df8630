"""`check` names every way a run was tampered with or damaged."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from scenes import EPOCH, SEED, child_of, miniature, play

from archive.base import ArchiveError
from archive.check import problems, repair
from archive.commits import Commit
from archive.disk import DiskArchive
from archive.events import Born, Scored
from archive.git_store import GitStore
from archive.journal import TAIL, replay, segments
from archive.lines import FIRST, link
from dgm.cli.inspect import check_run

STEPS = miniature()
FIRST_SCORED = next(number for number, step in enumerate(STEPS) if isinstance(step.event, Scored))


@pytest.fixture
def run(tmp_path: Path) -> Path:
    with DiskArchive.create(tmp_path / "run", EPOCH) as archive:
        play(archive, STEPS)
    return tmp_path / "run"


def lines(run: Path) -> list[bytes]:
    return (run / TAIL).read_bytes().split(b"\n")[:-1]


def write(run: Path, lines: list[bytes]) -> None:
    (run / TAIL).write_bytes(b"".join(line + b"\n" for line in lines))


def rechained(lines: list[bytes]) -> list[bytes]:
    """What a forger would write who knows how the chain is made."""
    chained: list[bytes] = []
    for line in lines:
        record = json.loads(line)
        record["prev"] = link(chained[-1]) if chained else FIRST
        chained.append(json.dumps(record).encode())
    return chained


def said(run: Path) -> str:
    return "\n".join(map(str, problems(run)))


def flipped(line: bytes) -> bytes:
    assert b'"resolved"' in line
    return line.replace(b'"resolved"', b'"unresolved"')


def flip_a_verdict(run: Path) -> str:
    changed = lines(run)
    changed[FIRST_SCORED] = flipped(changed[FIRST_SCORED])
    write(run, changed)
    return f"{TAIL} line {FIRST_SCORED + 2}: `prev` is"


def flip_the_verdict_of_the_last_line(run: Path) -> str:
    changed = lines(run)[: FIRST_SCORED + 1]
    changed[-1] = flipped(changed[-1])
    write(run, changed)
    place = f"ticket 2 (line {FIRST_SCORED + 1})"
    return f"{place}: the journal says 'unresolved', the detail of its tests says 'resolved'"


def flip_a_verdict_and_rechain(run: Path) -> str:
    changed = lines(run)
    changed[FIRST_SCORED] = flipped(changed[FIRST_SCORED])
    write(run, rechained(changed))
    return f"ticket 2 (line {FIRST_SCORED + 1}): the journal says 'unresolved'"


def delete_a_blob(run: Path) -> str:
    digest = json.loads(lines(run)[FIRST_SCORED])["patch"]
    (run / "blobs" / digest).unlink()
    return f"blob {digest} (patch of line {FIRST_SCORED + 1}): the blob is missing"


def alter_a_blob(run: Path) -> str:
    digest = json.loads(lines(run)[FIRST_SCORED])["detail"]
    data = bytearray((run / "blobs" / digest).read_bytes())
    data[len(data) // 2] ^= 1
    (run / "blobs" / digest).write_bytes(data)
    return f"blob {digest} (detail of line {FIRST_SCORED + 1}): the blob was altered"


def delete_the_objects_of_a_child(run: Path) -> str:
    agent = replay(segments(run)).lineage.agents[1]
    for pack in (run / "agents.git/objects/pack").glob("*.idx"):
        listed = subprocess.run(
            ["git", "show-index"], input=pack.read_bytes(), capture_output=True, check=True
        )
        if agent.encode() in listed.stdout:
            pack.unlink()
            pack.with_suffix(".pack").unlink()
    return f"agent 1 ({agent[:12]}): its commit is missing from agents.git"


def empty_an_object(run: Path) -> str:
    subprocess.run(["git", f"--git-dir={run / 'agents.git'}", "repack", "-adq"], check=True)
    pack = next((run / "agents.git/objects/pack").glob("*.pack"))
    moved = pack.read_bytes()
    for part in (run / "agents.git/objects/pack").iterdir():
        part.unlink()
    unpack = ["git", f"--git-dir={run / 'agents.git'}", "unpack-objects", "-q"]
    subprocess.run(unpack, input=moved, check=True)
    agent = replay(segments(run)).lineage.agents[1]
    loose = run / "agents.git/objects" / agent[:2] / agent[2:]
    loose.chmod(0o644)
    loose.write_bytes(b"")
    return f"agent 1 ({agent[:12]}): its commit is missing from agents.git"


def move_a_reference(run: Path) -> str:
    root, child = replay(segments(run)).lineage.agents[:2]
    (run / "agents.git/refs/agents/1").write_text(f"{root}\n")
    return f"refs/agents/1: it is at {root[:12]}, the journal says {child[:12]}; `dgm resume` mends it"


def delete_a_reference(run: Path) -> str:
    child = replay(segments(run)).lineage.agents[1]
    (run / "agents.git/refs/agents/1").unlink()
    return f"refs/agents/1: it is missing; it belongs at {child[:12]}; `dgm resume` mends it"


def add_a_reference(run: Path) -> str:
    root = replay(segments(run)).lineage.agents[0]
    (run / "agents.git/refs/agents/77").write_text(f"{root}\n")
    return "refs/agents/77: no agent of the journal has this number; `dgm resume` mends it"


def drop_a_line(run: Path) -> str:
    changed = lines(run)
    del changed[FIRST_SCORED]
    write(run, changed)
    return f"{TAIL} line {FIRST_SCORED + 1}: `prev` is"


def drop_a_line_and_rechain(run: Path) -> str:
    changed = lines(run)
    del changed[FIRST_SCORED - 1]
    write(run, rechained(changed))
    return f"{TAIL} line {FIRST_SCORED}: ticket 2 ends but was never asked"


def duplicate_a_line(run: Path) -> str:
    changed = lines(run)
    write(run, [*changed[: FIRST_SCORED + 1], *changed[FIRST_SCORED:]])
    return f"{TAIL} line {FIRST_SCORED + 2}: ticket 2 already ended, at line {FIRST_SCORED + 1}"


def swap_the_tree_of_an_agent(run: Path) -> str:
    """Another source under the same number, with a journal forged to agree, but for the tree it names."""
    store = GitStore(run / "agents.git")
    fold = replay(segments(run))
    root, child = fold.lineage.agents[:2]
    forged = Commit.of(child_of(SEED, 66).hash, (root,), "child 1", EPOCH + 1)
    store.write(forged, child_of(SEED, 66))
    store.point("refs/agents/1", forged.id, child)
    write(run, rechained([line.replace(child.encode(), forged.id.encode()) for line in lines(run)]))
    named = fold.births[child].tree
    return (
        f"agent 1 ({forged.id[:12]}): the journal names tree {named[:12]}, its commit has {forged.tree[:12]}"
    )


def forge_the_date_of_an_agent(run: Path) -> str:
    store = GitStore(run / "agents.git")
    root, child = replay(segments(run)).lineage.agents[:2]
    tree = store.tree(child)
    forged = Commit.of(tree.hash, (root,), "child 1", EPOCH + 99)
    store.write(forged, tree)
    store.point("refs/agents/1", forged.id, child)
    write(run, rechained([line.replace(child.encode(), forged.id.encode()) for line in lines(run)]))
    return f"agent 1 ({forged.id[:12]}): its commit was not made by this run at this ticket"


def forge_the_usage_of_an_end(run: Path) -> str:
    place = next(n for n, step in enumerate(STEPS) if isinstance(step.event, Born) and step.event.parents)
    changed = lines(run)
    changed[place] = changed[place].replace(b'"micro_usd": 350', b'"micro_usd": 1')
    write(run, rechained(changed))
    return f"ticket 1 (line {place + 1}): it says it used 1 calls, 100 tokens_in, 20 tokens_out, 1 micro_usd"


def add_a_line_of_garbage(run: Path) -> str:
    write(run, [*lines(run), b"garbage"])
    return f"{TAIL} line {len(STEPS) + 1}: no JSON"


def tear_the_last_line(run: Path) -> str:
    torn = len(lines(run)[-1]) - 5
    os.truncate(run / TAIL, (run / TAIL).stat().st_size - 6)
    return f"{TAIL}: a torn last line of {torn} bytes; `dgm resume` mends it"


def rewrite_a_line_in_another_way(run: Path) -> str:
    changed = lines(run)
    changed[-1] = changed[-1].replace(b'": ', b'":')
    write(run, changed)
    return f"{TAIL} line {len(STEPS)}: not written by this program"


def forge_a_checkpointed_line(run: Path) -> str:
    with DiskArchive.open(run) as archive:
        archive.checkpoint()
    changed = lines(run)
    changed[-1] = changed[-1].replace(b'"at": "2', b'"at": "3')
    write(run, changed)
    return f"{TAIL} line {len(STEPS)}: refs/dgm/journal keeps another line there"


def cut_checkpointed_lines(run: Path) -> str:
    with DiskArchive.open(run) as archive:
        archive.checkpoint()
    write(run, lines(run)[:-2])
    return f"{TAIL}: 2 lines kept in refs/dgm/journal are gone; restore it from a backup"


CORRUPTIONS: list[Callable[[Path], str]] = [
    flip_a_verdict,
    flip_the_verdict_of_the_last_line,
    flip_a_verdict_and_rechain,
    delete_a_blob,
    alter_a_blob,
    delete_the_objects_of_a_child,
    empty_an_object,
    move_a_reference,
    delete_a_reference,
    add_a_reference,
    drop_a_line,
    drop_a_line_and_rechain,
    duplicate_a_line,
    swap_the_tree_of_an_agent,
    forge_the_date_of_an_agent,
    forge_the_usage_of_an_end,
    add_a_line_of_garbage,
    tear_the_last_line,
    rewrite_a_line_in_another_way,
    forge_a_checkpointed_line,
    cut_checkpointed_lines,
]


@pytest.mark.parametrize("corrupt", CORRUPTIONS, ids=lambda corrupt: corrupt.__name__)
def test_a_corruption_is_named(run: Path, corrupt: Callable[[Path], str]) -> None:
    assert problems(run) == []
    expected = corrupt(run)
    told = said(run)
    assert expected in told
    assert all(problem.mend and "\n" not in str(problem) for problem in problems(run))


def test_a_run_without_its_repository_is_still_checked(run: Path) -> None:
    (run / "agents.git/HEAD").unlink()
    assert "agents.git: " in said(run)
    assert "no git repository here" in said(run)


def test_repair_keeps_the_good_prefix_beside_the_old_file(run: Path) -> None:
    flip_a_verdict(run)
    before = (run / TAIL).read_bytes()
    with pytest.raises(ArchiveError, match=rf"check --repair {run}"):
        DiskArchive.open(run)
    first, second = repair(run), repair(run)
    assert (first.name, second.name) == ("journal.repaired-1.jsonl", "journal.repaired-2.jsonl")
    assert first.read_bytes() == second.read_bytes()
    assert (run / TAIL).read_bytes() == before
    assert before.startswith(first.read_bytes())
    first.replace(run / TAIL)
    with DiskArchive.open(run) as archive:
        assert len(archive.entries()) == FIRST_SCORED + 1
        assert archive.lineage.agents


def test_a_repair_is_told_to_machines(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_run(run, repair=True, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert Path(told["repaired"]).read_bytes() == (run / TAIL).read_bytes()


def test_repair_of_a_sound_journal_copies_it(run: Path) -> None:
    assert repair(run).read_bytes() == (run / TAIL).read_bytes()
