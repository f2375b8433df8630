"""Whatever is wrong with what a user gives: one clear line, a code, no traceback, nothing overwritten."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dgm.cli.app import app
from tests.cli.command import ROOT, complaint, dgm
from tests.run.mini import carry_on


def everything(folder: Path) -> dict[str, str]:
    """A digest of each file of a run, but for the lock that tells who had it last."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "lock"
    }


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--set", "sandbox.backend=jail"], "allowed: auto, bubblewrap, docker, process"),
        (["--set", "workers=many"], "workers"),
        (["--set", "budget=3"], "budget"),
        (["--set", "budget.evaluations"], "expected key=value"),
        (["--set", "serach.policy=hgm"], "did you mean 'search.policy'"),
        (["--preset", "../presets/hgm"], "--preset: unknown '../presets/hgm'; allowed: dgm, hgm"),
        (["--set", "search.archive=keep_none"], "search.archive"),
        (["--set", "report.discordance=0"], "report.discordance"),
        (["--set", "search.policy=darwin", "--set", "search.rounds=2"], "search.rounds: darwin has its own"),
        (["--config", "nowhere.toml"], "nowhere.toml: can't be read"),
        (["--seed-agent", "nowhere"], "seed agent nowhere: no such folder"),
    ],
)
def test_settings_that_cant_be_used(words: list[str], told: str, tmp_path: Path) -> None:
    new = tmp_path / "new"
    assert told in complaint(dgm("run", "--run", new, *words), 2)
    assert not new.exists()


def test_a_config_that_is_no_toml(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("seed = = 3\n")
    assert f"{path}: not TOML" in complaint(dgm("run", "--config", path, "--run", tmp_path / "new"), 2)


@pytest.mark.parametrize(
    "text", ["", "[commands]\n", '[commands]\nsolve = "python3"\nimprove = ["x"]\n', "[commands\n"]
)
def test_a_seed_agent_with_a_damaged_manifest(text: str, tmp_path: Path) -> None:
    (tmp_path / "agent.toml").write_text(text)
    done = dgm("run", "--seed-agent", tmp_path, "--run", tmp_path / "new")
    assert "agent.toml" in complaint(done, 2)


def test_a_folder_that_is_taken_is_left_alone(run: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter").write_text("dear")
    for folder in (run, other):
        before = everything(folder)
        assert str(folder) in complaint(dgm("run", "--run", folder), 1)
        assert everything(folder) == before


def test_a_folder_that_may_not_be_written(run: Path) -> None:
    before = everything(run)
    done = subprocess.run(
        [sys.executable, "-c", _AS_NOBODY, str(run / "new")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "no permission; mend: choose another folder" in complaint(done, 1)
    assert everything(run) == before


# What nobody may not reach of this interpreter is loaded before it becomes nobody.
_AS_NOBODY = """
import os, sys
import dgm.cli.errors, dgm.cli.evolve, benchmarks.task, sandbox.base
from dgm.cli import main
os.chmod(os.path.dirname(sys.argv[1]), 0o555)
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
sys.argv[1:] = ["run", "--run", sys.argv[1]]
main()
"""


@pytest.mark.parametrize("name", ["zzzz", "a", "99999"])
def test_an_agent_that_is_none(run: Path, name: str) -> None:
    for command in ("show", "diff", "replay"):
        told = complaint(dgm(command, run, name), 1)
        assert f"no agent '{name}'" in told
        assert "at least 4 digits" in told


def test_a_fork_that_cant_be(run: Path, tmp_path: Path) -> None:
    before, new = everything(run), tmp_path / "new"
    words = ("fork", run, "--run", new, "--from")
    assert "no agent 'zzzz'" in complaint(dgm(*words, "zzzz"), 1)
    assert "did you mean 'search.policy'" in complaint(dgm(*words, "0", "--set", "serach.policy=hgm"), 2)
    assert "Missing option '--from'" in complaint(dgm("fork", run), 2)
    assert str(run) in complaint(dgm("fork", run, "--from", "0", "--run", run), 1)
    assert not new.exists()
    assert everything(run) == before


def test_what_the_log_is_asked_for_in_vain(run: Path) -> None:
    assert "no agent '99999'" in complaint(dgm("log", run, "--agent", "99999"), 1)
    assert "-n" in complaint(dgm("log", run, "-n", "-3"), 2)


def test_a_task_that_is_none(run: Path) -> None:
    assert "nonsense" in complaint(dgm("replay", run, "0", "nonsense"), 1)


def test_a_folder_that_is_no_run(tmp_path: Path) -> None:
    for command in ("tree", "show", "diff", "check", "resume", "replay", "log", "why", "fork"):
        more = {"why": ["0"], "fork": ["--from", "0", "--run", tmp_path / "new"]}.get(command, [])
        assert f"{tmp_path}: no run here" in complaint(dgm(command, tmp_path, *more), 1)
    assert not list(tmp_path.iterdir())


def lines(run: Path) -> list[bytes]:
    return (run / "journal.jsonl").read_bytes().splitlines(keepends=True)


def garbage(run: Path) -> None:
    text = lines(run)
    text[len(text) // 2] = b"\x00\xff garbage\n"
    (run / "journal.jsonl").write_bytes(b"".join(text))


def doubled(run: Path) -> None:
    text = lines(run)
    middle = len(text) // 2
    (run / "journal.jsonl").write_bytes(b"".join([*text[:middle], text[middle - 1], *text[middle:]]))


@pytest.mark.parametrize("damage", [garbage, doubled])
def test_a_damaged_journal_is_named_by_its_line(run: Path, damage: Callable[[Path], None]) -> None:
    number = len(lines(run)) // 2 + 1
    damage(run)
    before = everything(run)
    for command in ("tree", "show", "resume", "replay"):
        told = complaint(dgm(command, run), 1)
        assert "journal.jsonl" in told
        assert str(number) in told
    checked = dgm("check", run)
    assert checked.returncode == 1
    assert f"{number}" in checked.stdout
    assert everything(run) == before


def test_a_torn_last_line_costs_that_line_alone(run: Path) -> None:
    journal = run / "journal.jsonl"
    whole_text = journal.read_bytes()
    journal.write_bytes(whole_text[:-7])
    before = everything(run)
    assert dgm("tree", run).returncode == 0
    assert everything(run) == before
    assert carry_on(run).reason == "done"
    assert [path.read_bytes() for path in run.glob("journal.torn-*")]
    assert dgm("check", run).returncode == 0


def test_a_store_that_misses_an_object(run: Path) -> None:
    agent = json.loads(dgm("show", run, "champion", "--json").stdout)["agent"]
    for pack in (run / "agents.git/objects/pack").iterdir():
        pack.unlink()
    before = everything(run)
    told = complaint(dgm("diff", run, "champion"), 1)
    assert "agents.git" in told
    assert agent[:8] in told or "object" in told
    checked = dgm("check", run)
    assert checked.returncode == 1
    assert agent[:8] in checked.stdout
    assert everything(run) == before


def test_every_command_teaches() -> None:
    told = dgm("--help")
    assert told.returncode == 0
    for command in app.registered_commands:
        assert command.callback is not None
        name = command.callback.__name__.replace("_", "-")
        assert f"  {name}" in told.stdout
        taught = dgm(name, "--help")
        assert taught.returncode == 0
        assert f"Example: dgm {name}" in taught.stdout
        assert taught.stdout.startswith(f"Usage: dgm {name}")


def test_a_folders_name_is_no_markup() -> None:
    done = dgm("resume", "/nowhere/x[/a]")
    assert "/nowhere/x[/a]: no run here" in complaint(done, 1)
    assert done.stdout == "run /nowhere/x[/a]\n"


def test_with_json_a_complaint_is_a_record_too(whole: Path) -> None:
    done = dgm("show", whole, "9999", "--json")
    line = complaint(done, 1).removeprefix("dgm: ").strip()
    assert json.loads(done.stdout) == {"error": line, "exit": 1}


def test_an_agent_beside_itself_is_no_silence(whole: Path) -> None:
    done = dgm("diff", whole, "0", "0")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "no difference\n")
