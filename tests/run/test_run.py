"""One whole run, real in every part but the model: what it leaves, what a kill costs, what a replay says."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archive.check import problems
from archive.disk import DiskArchive
from archive.events import (
    AgentId,
    Asked,
    Born,
    Called,
    Event,
    Failed,
    Rejected,
    Resumed,
    Retried,
    Scored,
    TaskId,
)
from benchmarks.task import SuiteError
from dgm.cli.inspect import check_run, draw_tree, show_agent, show_diff
from dgm.gateway import Gateway
from dgm.givens import recorded_config
from dgm.models.cassette import CASSETTES
from dgm.replay import Replayed, Replayer
from dgm.report.facts import facts, run_summary
from dgm.session import Session
from sandbox.registry import open_sandbox
from tests.run.mini import MiniSuite, carry_on
from tests.without_engine import BACKENDS_WITHOUT_ENGINE

ROOT = Path(__file__).resolve().parents[2]
ENDS = (Born, Scored, Rejected, Failed)


def events(folder: Path) -> list[Event]:
    return [entry.event for entry in DiskArchive.read(folder).entries()]


def ends(folder: Path) -> list[Event]:
    """What every ticket came to, in order, without the time it took."""
    return [replace(event, seconds=0.0) for event in events(folder) if isinstance(event, ENDS)]


def test_the_run_is_whole(whole: Path) -> None:
    summary = run_summary(facts(DiskArchive.read(whole)))
    assert summary["agents"] == 6
    assert summary["search_evaluations"] == 24
    assert summary["rejected"] == 1
    asked = [event.ticket for event in events(whole) if isinstance(event, Asked)]
    ended = [event.ticket for event in events(whole) if isinstance(event, ENDS) and event.ticket]
    assert asked == ended == list(range(1, len(asked) + 1))
    assert problems(whole) == []


def test_evolution_pays_on_held_out_tasks(whole: Path) -> None:
    known = facts(DiskArchive.read(whole))
    held_out = run_summary(known)["held_out"]
    assert known.champion is not None
    assert held_out[known.champion]["resolved"] > held_out[run_summary(known)["seed"]]["resolved"]
    compared = run_summary(known)["comparison"]
    assert compared["resolved"] == {who: held_out[compared[who]]["resolved"] for who in ("champion", "seed")}
    assert compared["n"] == 2


def test_the_seeds_held_out_attempts_meet_the_visible_tests_too(whole: Path) -> None:
    archive = DiskArchive.read(whole)
    scored = [event for event in events(whole) if isinstance(event, Scored)]
    seed = scored[0].agent
    assert {event.agent for event in scored if event.split == "held_out"} > {seed}
    for event in scored:
        wanted = event.split == "held_out" and event.agent == seed
        assert ("visible" in json.loads(archive.blob(event.detail))) == wanted


def test_git_shows_the_lineage_and_survives_gc(whole: Path, tmp_path: Path) -> None:
    mirror = tmp_path / "mirror.git"
    git("clone", "-q", "--mirror", whole / "agents.git", mirror)
    assert git("-C", mirror, "fsck", "--strict") == ""
    git("-C", mirror, "gc", "-q", "--prune=now")
    log = git("-C", mirror, "log", "--graph", "--glob=refs/agents", "--format=%H")
    for event in events(whole):
        if isinstance(event, Born):
            assert event.agent in log


def git(*words: object) -> str:
    done = subprocess.run(["git", *map(str, words)], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


def test_the_same_settings_give_the_same_agents_and_verdicts(whole: Path, tmp_path: Path) -> None:
    again = tmp_path / "run"
    carry_on(again)
    assert ends(again) == ends(whole)


def mini(folder: Path, workers: int, *deadly: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.run.mini", str(folder), str(workers), *map(str, deadly)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )


def killed_again_and_again(folder: Path, workers: int, stride: int) -> int:
    """Kill the run at every `stride`-th boundary and resume it, until it is done; returns how often."""
    for kills in range(2000):
        done = mini(folder, workers, stride)
        if done.returncode == 0:
            return kills
        assert done.returncode == -signal.SIGKILL, done.stderr
    raise AssertionError("the run makes no progress")


@pytest.mark.slow
@pytest.mark.parametrize("stride", [37, 53])
def test_kill_9_costs_nothing_with_one_worker(whole: Path, tmp_path: Path, stride: int) -> None:
    folder = tmp_path / "run"
    kills = killed_again_and_again(folder, 1, stride)
    assert kills >= 10
    assert ends(folder) == ends(whole)
    assert problems(folder) == []


@pytest.mark.slow
def test_kill_9_at_every_kind_of_boundary_costs_nothing(whole: Path, tmp_path: Path) -> None:
    """Each boundary of each kind of event, and of each ref, is hit twice, one after another."""
    kinds = ("retried", "resumed", "asked", "called", "scored", "rejected", "born", "stopped")
    sides = ("before-write", "before-fsync", "after-fsync")
    seams = [f"{kind}:{side}" for kind in kinds for side in sides]
    at = seams.index("rejected:before-write")
    seams[at:at] = ["blob:before-fsync", "objects:before", "objects:after", "ref:before", "ref:after"]
    waiting = [seam for seam in seams for _ in range(2)]
    for number in range(7):
        if not waiting:
            break
        folder = tmp_path / str(number) / "run"
        folder.parent.mkdir()
        # The tickets that this leaves open are what there is to retry.
        assert mini(folder, 1, 5, "called:after-fsync").returncode == -signal.SIGKILL
        done = None
        while waiting and (done is None or done.returncode):
            done = mini(folder, 1, 1, waiting[0])
            assert done.returncode in {0, -signal.SIGKILL}, done.stderr
            seam = waiting.pop(0)
            waiting += [seam] * (done.returncode == 0)
        assert mini(folder, 1).returncode == 0
        assert ends(folder) == ends(whole)
        assert problems(folder) == []
    assert waiting == []


@pytest.mark.slow
def test_kill_9_loses_and_doubles_nothing_with_four_workers(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    assert killed_again_and_again(folder, 4, 61) >= 3
    found = events(folder)
    asked = [event.ticket for event in found if isinstance(event, Asked)]
    ended = Counter(event.ticket for event in found if isinstance(event, ENDS) and event.ticket)
    assert sorted(ended) == sorted(asked)
    assert set(ended.values()) == {1}
    retried = {(event.ticket, event.attempt) for event in found if isinstance(event, Retried)}
    last = {ticket: 1 + sum(t == ticket for t, _ in retried) for ticket in asked}
    calls = [event for event in found if isinstance(event, Called)]
    assert len({(call.ticket, call.attempt, call.n) for call in calls}) == len(calls)
    for event in found:
        if isinstance(event, Scored | Born | Rejected) and event.ticket:
            paid = [c for c in calls if (c.ticket, c.attempt) == (event.ticket, last[event.ticket])]
            assert event.usage.calls == len(paid)
    assert problems(folder) == []
    assert any(isinstance(event, Resumed) for event in found)


def test_a_limit_that_the_last_call_meets_stops_nothing(tmp_path: Path) -> None:
    small = ("budget.evaluations=2", "budget.expansions=1", "search.initial_expansions=1")
    assert carry_on(tmp_path / "free", more=small).reason == "done"
    calls = sum(isinstance(event, Called) for event in events(tmp_path / "free"))
    for limit, reason in ((calls, "done"), (calls - 1, "budget.calls reached")):
        run = tmp_path / str(limit)
        assert carry_on(run, more=[*small, f"budget.calls={limit}"]).reason == reason
    assert ends(tmp_path / str(calls)) == ends(tmp_path / "free")


def test_an_interrupt_finishes_what_is_in_flight(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    program = subprocess.Popen(
        [sys.executable, "-c", _INTERRUPTIBLE, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "evaluating\n"
    program.send_signal(signal.SIGINT)
    rest, _ = program.communicate(timeout=60)
    assert rest.strip() == "interrupted"
    found = events(folder)
    asked = {event.ticket for event in found if isinstance(event, Asked)}
    assert asked == {event.ticket for event in found if isinstance(event, ENDS) and event.ticket}
    assert carry_on(folder).reason == "done"
    assert problems(folder) == []


_INTERRUPTIBLE = """
import signal, sys
from pathlib import Path
from tests.run.mini import carry_on
from dgm.run import Watch

holder, told = [], []
signal.signal(signal.SIGINT, lambda *_: holder[0].stop("interrupted"))

def progress(state):
    if state.working and not told:
        told.append(print("evaluating", flush=True))

print(carry_on(Path(sys.argv[1]), 2, watch=Watch(lambda _: None, progress, holder.append)).reason)
"""


@pytest.fixture(scope="module")
def parts() -> Iterator[Session]:
    with open_sandbox("auto", backends=BACKENDS_WITHOUT_ENGINE) as sandbox, Gateway() as gateway:
        yield Session(sandbox, gateway)


def replayed(folder: Path, session: Session, agent: AgentId, task: str | None = None) -> list[Replayed]:
    archive = DiskArchive.read(folder)
    tasks = {TaskId(name): each for name, each in MiniSuite().tasks.items()}
    config = recorded_config(folder, archive)
    replayer = Replayer(folder, archive, facts(archive).history, config, tasks, session)
    return list(replayer.replay(replayer.evaluations(agent, None if task is None else TaskId(task))))


def test_every_evaluation_replays(whole: Path, parts: Session) -> None:
    scored = [event for event in events(whole) if isinstance(event, Scored)]
    results = [r for agent in dict.fromkeys(s.agent for s in scored) for r in replayed(whole, parts, agent)]
    assert len(results) == len(scored)
    assert {result.fidelity for result in results} <= {"exact", "equal after normalisation"}


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    subprocess.run(["cp", "-a", str(whole), str(folder)], check=True)
    return folder


def champion(folder: Path) -> AgentId:
    agent = facts(DiskArchive.read(folder)).champion
    assert agent is not None
    return agent


def test_a_task_that_left_the_suite_is_told(whole: Path, parts: Session) -> None:
    archive = DiskArchive.read(whole)
    first, second = list(facts(archive).history.scores(champion(whole), "search"))[:2]
    tasks = {TaskId(name): each for name, each in MiniSuite().tasks.items() if name != first}
    config = recorded_config(whole, archive)
    replayer = Replayer(whole, archive, facts(archive).history, config, tasks, parts)
    with pytest.raises(SuiteError, match=f"task {first} is no longer in the suite"):
        replayer.evaluations(champion(whole))
    assert replayer.evaluations(champion(whole), second)


def alter_cassette(path: Path, change: Any) -> None:
    records = [json.loads(line) for line in path.read_text().splitlines()]
    change(records)
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


def test_a_changed_reply_is_told(copy: Path, parts: Session) -> None:
    agent = champion(copy)
    scored = next(e for e in events(copy) if isinstance(e, Scored) and e.agent == agent)

    def edit(records: list[dict[str, Any]]) -> None:
        records[-1]["reply"]["message"]["content"] += "!"

    alter_cassette(copy / CASSETTES / f"{scored.ticket}-1.jsonl", edit)
    (result,) = replayed(copy, parts, agent, scored.task)
    assert result.fidelity == "diverged"
    assert "not the one the journal tells of" in str(result.difference)


def test_a_changed_patch_is_told(copy: Path, parts: Session) -> None:
    agent = champion(copy)
    scored = next(e for e in events(copy) if isinstance(e, Scored) and e.agent == agent)
    blob = copy / "blobs" / scored.patch
    data = bytearray(blob.read_bytes())
    data[len(data) // 2] ^= 1
    blob.write_bytes(data)
    (result,) = replayed(copy, parts, agent, scored.task)
    assert result.fidelity == "diverged"
    assert "damaged" in str(result.difference)


class OtherSource(DiskArchive):
    """Gives every agent's source with one byte changed, as if the store held other objects."""

    def tree(self, agent: AgentId) -> Any:
        tree = super().tree(agent)
        path = next(name for name in tree if name.endswith("solve.py"))
        changed = tree[path].data.replace(b"issue", b"iSsue", 1)
        return tree.overlaid({path: changed})


def test_a_changed_source_is_told(copy: Path, parts: Session) -> None:
    archive = OtherSource.read(copy)
    tasks = {TaskId(name): each for name, each in MiniSuite().tasks.items()}
    config = recorded_config(copy, archive)
    replayer = Replayer(copy, archive, facts(archive).history, config, tasks, parts)
    results = list(replayer.replay(replayer.evaluations(champion(copy))))
    assert {result.fidelity for result in results} == {"diverged"}


def test_the_journal_never_holds_the_environment(whole: Path) -> None:
    planted = os.environ.get("PATH", "/usr/bin")
    for path in whole.rglob("*"):
        if path.is_file():
            assert planted.encode() not in path.read_bytes()


def test_every_reading_command_tells_the_same_facts(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert draw_tree(whole, as_json=True) == 0
    tree = json.loads(capsys.readouterr().out)
    assert len(tree["lineage"]) == tree["agents"] == 6
    assert show_agent(whole, "champion", as_json=True) == 0
    card = json.loads(capsys.readouterr().out)
    assert card["agent"] == tree["champion"]
    assert card["resolved"] == sum(v["verdict"] == "resolved" for v in card["verdicts"]["search"].values())
    assert show_diff(whole, "champion", None, as_json=True) == 0
    assert "+++ b/note-" in json.loads(capsys.readouterr().out)["diff"]
    assert check_run(whole, repair=False, as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["problems"] == []


def test_what_people_see(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for told in (
        draw_tree(whole, as_json=False),
        show_agent(whole, "0", as_json=False),
        show_diff(whole, "0", "champion", as_json=False),
        check_run(whole, repair=False, as_json=False),
    ):
        assert told == 0
    shown = capsys.readouterr().out
    for words in ("champion", "seed agent", "held out", "exact McNemar p", "diff --git", "all holds"):
        assert words in shown


@pytest.mark.parametrize(
    ("words", "told", "code"),
    [
        (["tree", "nowhere"], "no run here", 1),
        (["run", "--set", "budget.evalutions=3"], "did you mean 'budget.evaluations'", 2),
        (["run", "--set", "seed=x"], "seed", 2),
        (["run", "--policy", "best"], "allowed: darwin, greedy, hgm, phylo, uct, uniform", 2),
        (["run", "--suite", "none"], "allowed: kata", 2),
        (["run", "--model", "none"], "allowed: offline", 2),
        (["run", "--seed-agent", "tests"], "agent.toml", 2),
        (["nonsense"], "No such command", 2),
    ],
)
def test_bad_input_is_one_clear_line(words: list[str], told: str, code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dgm", *words], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == code
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_run_in_use_is_left_alone(copy: Path) -> None:
    with DiskArchive.open(copy):
        done = subprocess.run(
            [sys.executable, "-m", "dgm", "resume", str(copy)], cwd=ROOT, capture_output=True, text=True
        )
    assert done.returncode == 1
    assert "in use" in done.stderr
    assert "Traceback" not in done.stderr
