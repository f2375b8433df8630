"""What a run on disk survives, and what it says when it can't."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from scenes import EPOCH, SEED, child_of, miniature, play, take

from archive.base import ArchiveError
from archive.check import problems
from archive.disk import DiskArchive
from archive.events import Asked, Born, Scored, Started
from archive.git_program import DEADLINE_SECONDS
from archive.journal import TAIL

STEPS = miniature()


def git(folder: Path, *arguments: str) -> str:
    command = ["git", f"--git-dir={folder / 'agents.git'}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=DEADLINE_SECONDS)
    return done.stdout


@pytest.fixture
def run(tmp_path: Path) -> Path:
    with DiskArchive.create(tmp_path / "run", EPOCH) as archive:
        play(archive, STEPS)
        archive.checkpoint()
    return tmp_path / "run"


def reopened(run: Path) -> None:
    """The run opens, is as it was, and has nothing wrong with it."""
    with DiskArchive.open(run) as archive:
        assert [entry.event for entry in archive.entries()] == [step.event for step in STEPS]
        for step in STEPS:
            if isinstance(step.event, Born):
                assert archive.tree(step.event.agent) == step.tree
        archive.checkpoint()
    assert problems(run) == []


def test_a_sound_run_has_no_problem_and_opens_again(run: Path) -> None:
    assert problems(run) == []
    reopened(run)


def test_git_alone_tells_the_lineage_and_the_scores(run: Path) -> None:
    log = git(run, "log", "--graph", "--glob=refs/agents", "--notes=dgm", "--format=%s %an %aI %N")
    assert log.count("* ") == 3
    assert "child 6 dgm 2023-11-14T22:13:26+00:00 score 1/2 search" in log
    assert git(run, "fsck", "--strict") == ""


def test_a_plain_clone_is_the_champion_and_a_mirror_carries_everything(run: Path, tmp_path: Path) -> None:
    with DiskArchive.open(run) as archive:
        champion = archive.lineage.agents[1]
        archive.point_head(champion)
    subprocess.run(["git", "clone", "-q", run / "agents.git", tmp_path / "plain"], check=True)
    assert (tmp_path / "plain/agent/main.py").read_bytes() == b"print(1)\n"
    assert os.access(tmp_path / "plain/run", os.X_OK)
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    subprocess.run(["git", "clone", "-q", "--mirror", run / "agents.git", mirror / "agents.git"], check=True)
    assert git(mirror, "show", f"refs/dgm/journal:{TAIL}") == (run / TAIL).read_text()
    assert git(mirror, "notes", "--ref=dgm", "list") == git(run, "notes", "--ref=dgm", "list")
    assert git(mirror, "for-each-ref", "refs/agents") == git(run, "for-each-ref", "refs/agents")


def test_gc_with_pruning_loses_nothing(run: Path) -> None:
    git(run, "gc", "--quiet", "--prune=now")
    reopened(run)
    with DiskArchive.open(run) as archive:
        archive.record(Asked(90, "expand", "search", 0, {}, parents=archive.lineage.roots))
        tree = child_of(SEED, 90)
        agent = archive.commit(90, archive.lineage.roots, tree, "child", 90)
        archive.record(Born(90, agent, 90, archive.lineage.roots, tree.hash, archive.put(b"s")))
        archive.point_head(agent)
    git(run, "gc", "--quiet", "--prune=now")
    assert problems(run) == []


def test_checkpoints_do_not_pile_up(run: Path) -> None:
    for number in range(200, 205):
        with DiskArchive.open(run) as archive:
            archive.record(Asked(number, "expand", "search", 0, {}, parents=archive.lineage.roots))
            archive.checkpoint()
            archive.checkpoint()
    assert git(run, "rev-list", "--count", "refs/dgm/journal") == "1\n"
    assert git(run, "rev-list", "--count", "refs/notes/dgm") == "1\n"
    assert problems(run) == []


@pytest.mark.parametrize(
    "harm",
    [
        lambda refs: (refs / "1").write_bytes(b""),
        lambda refs: (refs / "1").write_bytes(b"garbage\n"),
        lambda refs: (refs / "1").unlink(),
        lambda refs: (refs / "1").write_text((refs / "0").read_text()),
        lambda refs: (refs / "1.lock").touch(),
        lambda refs: (refs / "77").write_text((refs / "0").read_text()),
        lambda refs: (refs / "77").write_text("1" * 40 + "\n"),
        lambda refs: (refs / "1").write_text("1" * 40 + "\n"),
        lambda refs: (refs.parent.parent / "packed-refs.lock").touch(),
        lambda refs: (refs.parent.parent / "objects/pack/tmp_pack_x").write_bytes(b"half"),
        lambda refs: (refs.parent / "heads/champion").unlink(),
        lambda refs: (refs.parent / "heads/champion").write_text("1" * 40 + "\n"),
        lambda refs: shutil.rmtree(refs.parent),
        lambda refs: (refs.parent.parent.parent / "blobs/.new-half").write_bytes(b"half"),
        lambda refs: (refs.parent.parent.parent / ".new-half").write_bytes(b"half"),
    ],
)
def test_what_a_crash_can_leave_is_mended(run: Path, harm: object) -> None:
    harm(run / "agents.git/refs/agents")  # type: ignore[operator]
    if (run / "agents.git/refs").exists():
        reopened(run)
    else:
        with pytest.raises(ArchiveError):
            DiskArchive.open(run)
    left = [path for path in run.rglob("*") if path.name.endswith(".lock") or "half" in path.name]
    assert left == []


def test_an_open_ticket_keeps_its_reference_and_may_change_it(run: Path) -> None:
    with DiskArchive.open(run) as archive:
        root = archive.lineage.roots
        archive.record(Asked(90, "expand", "search", 0, {}, parents=root))
        first = archive.commit(90, root, child_of(SEED, 90), "child", 90)
    with DiskArchive.open(run) as archive:
        assert git(run, "rev-parse", "refs/agents/90") == f"{first}\n"
        other = child_of(SEED, 91)
        second = archive.commit(90, root, other, "child", 90)
        archive.record(Born(90, second, 90, root, other.hash, archive.put(b"s")))
    assert git(run, "rev-parse", "refs/agents/90") == f"{second}\n"
    assert problems(run) == []


@pytest.mark.parametrize("damage", ["gone", "empty", "altered"])
def test_a_damaged_object_is_named_with_its_agent(run: Path, damage: str) -> None:
    packs = sorted((run / "agents.git/objects/pack").glob("*.pack"))
    for pack in packs:
        content = pack.read_bytes()
        pack.chmod(0o644)
        if damage == "gone":
            pack.unlink()
        else:
            pack.write_bytes(b"" if damage == "empty" else content[:20] + bytes(len(content) - 20))
    with pytest.raises(ArchiveError, match=r"(missing from agents.git; fetch|git cat-file failed)"):
        DiskArchive.open(run)
    with (
        DiskArchive.read(run) as archive,
        pytest.raises(ArchiveError, match=r"can't be read: .*fetch it from"),
    ):
        archive.tree(archive.lineage.agents[1])
    assert any("agent" in problem.thing or "agents.git" in problem.thing for problem in problems(run))


def test_a_damaged_blob_is_healed_by_keeping_it_again(run: Path) -> None:
    digest = next(step.event.patch for step in STEPS if isinstance(step.event, Scored))
    (run / "blobs" / digest).write_bytes(b"")
    with DiskArchive.open(run) as archive:
        with pytest.raises(ArchiveError, match="the blob was altered"):
            archive.blob(digest)
        assert archive.put(b"patch 2") == digest
        assert archive.blob(digest) == b"patch 2"
    assert problems(run) == []


def test_a_reader_needs_no_lock_and_changes_nothing(run: Path) -> None:
    with (run / TAIL).open("ab") as tail:
        tail.write(b'{"v": 1, "torn')
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    with DiskArchive.read(run) as one, DiskArchive.read(run) as two:
        assert one.entries() == two.entries()
        assert len(one.entries()) == len(STEPS)
        for act in (lambda: one.put(b"x"), one.checkpoint, lambda: one.record(STEPS[-1].event)):
            with pytest.raises(ArchiveError, match="for reading only"):
                act()  # type: ignore[no-untyped-call]
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


def test_one_controller_at_a_time(run: Path) -> None:
    with DiskArchive.open(run):
        with pytest.raises(ArchiveError, match=f"in use by another controller .pid {os.getpid()} "):
            DiskArchive.open(run)
        with pytest.raises(ArchiveError, match="already exists"):
            DiskArchive.create(run, EPOCH)
        assert len(DiskArchive.read(run).entries()) == len(STEPS)


def test_nothing_is_overwritten(run: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    with pytest.raises(ArchiveError, match=r"already exists .*resume"):
        DiskArchive.create(run, EPOCH)
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("dear")
    with pytest.raises(ArchiveError, match=r"already exists .*not empty"):
        DiskArchive.create(tmp_path / "mine", EPOCH)
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]
    (tmp_path / "file").write_text("x")
    with pytest.raises(ArchiveError, match="can't be started here: File exists"):
        DiskArchive.create(tmp_path / "file", EPOCH)


def test_a_folder_that_is_no_run_is_named_and_left_alone(tmp_path: Path) -> None:
    for use in (DiskArchive.open, DiskArchive.read, problems):
        with pytest.raises(ArchiveError, match=r"no run here, not even a folder"):
            use(tmp_path / "nowhere")
        with pytest.raises(ArchiveError, match=r"no run here \(journal.jsonl is missing\); `dgm run`"):
            use(tmp_path)
    assert list(tmp_path.iterdir()) == []


DENIED = """
import os, sys
from pathlib import Path
from archive.base import ArchiveError
from archive.disk import DiskArchive
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
for use in (lambda: DiskArchive.open(Path("run")), lambda: DiskArchive.create(Path("other"), 0)):
    try:
        use()
    except ArchiveError as error:
        print(error)
"""


def test_no_write_permission_is_one_clear_line(run: Path) -> None:
    home = run.parent
    for place in (home, run, *run.iterdir()):
        place.chmod(0o555 if place.is_dir() else 0o444)
    try:
        # Entered before the privileges are dropped: the folders above may not let anyone else in.
        said = subprocess.run(
            [sys.executable, "-c", DENIED], cwd=home, capture_output=True, text=True, check=True
        )
    finally:
        for place in (home, run, *run.iterdir()):
            place.chmod(0o755 if place.is_dir() else 0o644)
    opened, created = said.stdout.splitlines()
    assert opened == "run: can't take the run's lock: Permission denied"
    assert created == "other: a run can't be started here: Permission denied"
    assert problems(run) == []


def test_the_epoch_is_the_runs(tmp_path: Path) -> None:
    started = STEPS[0].event
    assert isinstance(started, Started)
    with (
        DiskArchive.create(tmp_path / "run", EPOCH + 1) as archive,
        pytest.raises(ArchiveError, match=f"epoch is {EPOCH + 1}, not {EPOCH}"),
    ):
        take(archive, STEPS[0])


FILL = """
import os, resource, sys
from pathlib import Path
from archive.base import ArchiveError
from archive.disk import DiskArchive
from sandbox.tree import Tree
noise = os.urandom(200_000)
with DiskArchive.open(Path(sys.argv[1])) as archive:
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, resource.RLIM_INFINITY))
    root = archive.lineage.roots
    for act in (lambda: archive.put(noise), lambda: archive.commit(90, root, Tree({"big": noise}), "m", 90)):
        try:
            act()
        except ArchiveError as error:
            print(str(error).replace(sys.argv[1], "RUN"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    assert archive.blob(archive.put(noise)) == noise
    archive.commit(90, root, Tree({"big": noise}), "m", 90)
"""


def test_a_full_disk_refuses_blobs_and_commits_and_breaks_nothing(run: Path) -> None:
    command = [sys.executable, "-c", FILL, str(run)]
    done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=DEADLINE_SECONDS)
    blob, commit = done.stdout.splitlines()
    assert blob.startswith("RUN/blobs/")
    assert blob.endswith("a blob can't be written: File too large")
    assert commit.startswith("RUN/agents.git: git fast-import ")
    with DiskArchive.open(run):
        pass
    assert [path for path in run.rglob("*") if path.name.startswith((".new-", "tmp_"))] == []
    assert problems(run) == []


HOSTILE_ATTRIBUTES = "* text eol=crlf filter=evil diff=evil export-ignore\n"


def test_a_hostile_environment_changes_no_commit_and_runs_nothing(tmp_path: Path, run: Path) -> None:
    home, mark, other = tmp_path / "home", tmp_path / "mark", tmp_path / "other.git"
    (home / ".config/git").mkdir(parents=True)
    (home / ".config/git/attributes").write_text(HOSTILE_ATTRIBUTES)
    (home / "hooks").mkdir()
    for name in ("reference-transaction", "post-update", "pre-auto-gc", "update"):
        (home / "hooks" / name).write_text(f"#!/bin/sh\ntouch {mark}\n")
        (home / "hooks" / name).chmod(0o755)
    evil = f"[core]\n hooksPath = {home}/hooks\n fsmonitor = touch {mark}\n[user]\n name = evil\n"
    evil += f'[filter "evil"]\n clean = touch {mark}\n[diff]\n external = touch {mark}\n'
    evil += "[fastimport]\n unpackLimit = 9\n"
    (home / ".gitconfig").write_text(evil)
    (home / ".config/git/config").write_text(evil)
    subprocess.run(["git", "init", "-q", "--bare", other], check=True)
    environment = os.environ | {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.hooksPath",
        "GIT_CONFIG_VALUE_0": str(home / "hooks"),
        "GIT_DIR": str(other),
        "GIT_OBJECT_DIRECTORY": str(other / "objects"),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(other / "objects"),
        "GIT_INDEX_FILE": str(mark),
        "GIT_AUTHOR_NAME": "evil",
        "GIT_COMMITTER_DATE": "2001-01-01T00:00:00",
        "GIT_NAMESPACE": "evil",
        "GIT_REPLACE_REF_BASE": "refs/agents",
        "GIT_EXTERNAL_DIFF": f"touch {mark}",
        "GIT_TRACE": str(mark),
        "GIT_EXEC_PATH": str(home),
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]),
    }
    code = (
        "import sys; from pathlib import Path; from archive.disk import DiskArchive; from scenes import *\n"
        "with DiskArchive.create(Path(sys.argv[1]), EPOCH) as archive:\n"
        "    play(archive, miniature()); archive.checkpoint()\n"
        "    assert all(archive.tree(agent) for agent in archive.lineage.agents)\n"
        "DiskArchive.open(Path(sys.argv[1])).close()\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "hostile")]
    subprocess.run(command, env=environment, check=True, timeout=DEADLINE_SECONDS)
    refs = "for-each-ref", "refs/agents", "refs/heads", "refs/notes"
    assert git(tmp_path / "hostile", *refs) == git(run, *refs)
    assert problems(tmp_path / "hostile") == []
    assert not mark.exists()
    assert list((other / "objects").glob("pack/*")) == []


def test_a_replaced_object_is_not_believed(run: Path) -> None:
    root, child = DiskArchive.read(run).lineage.agents[:2]
    git(run, "replace", child, root)
    with DiskArchive.read(run) as archive:
        assert archive.tree(child) == child_of(SEED, 1)
    reopened(run)
