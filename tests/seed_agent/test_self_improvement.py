"""The seed agent, its playbook children and the offline model, end to end."""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from numpy.random import PCG64, Generator
from small_gateway import SEED_AGENT, planted, run, sources

from dgm.models.base import ChatReply, FunctionCall, Message, ToolCall
from dgm.models.offline import Offline
from dgm.models.scripted import Replies, Say, Scripted, Shell, Write
from dgm.playbook import PLAYBOOK, Entry

# An agent with one of the others does not start, fails in use, or is too hurried to run anything.
SOUND = [e for e in PLAYBOOK if e.name not in {"slip_of_the_pen", "misspelt_name"}]
BY_NAME = {entry.name: entry for entry in PLAYBOOK}


def edited(entries: Sequence[Entry], seed: int = 0) -> dict[str, str]:
    files = dict(sources(SEED_AGENT))
    for entry in entries:
        files |= entry.edit(files, Generator(PCG64(seed)))
    return files


def child(tmp_path: Path, *names: str) -> Path:
    return planted(tmp_path / "agent", edited([BY_NAME[name] for name in names]))


def calling(*calls: tuple[str, Mapping[str, str]]) -> ChatReply:
    tool_calls = tuple(
        ToolCall(id=f"id{place}", function=FunctionCall(name=name, arguments=json.dumps(arguments)))
        for place, (name, arguments) in enumerate(calls)
    )
    message = Message(role="assistant", tool_calls=tool_calls or None, content=None if calls else "Done.")
    return ChatReply(message=message, finish_reason="stop", tokens_in=0, tokens_out=0, model="m")


def results(tmp_path: Path, agent: Path, *turns: Sequence[tuple[str, Mapping[str, str]]]) -> list[str]:
    """What the agent shows, call by call."""
    model = Replies([*(calling(*turn) for turn in turns), calling()])
    ran = run("solve", agent, tmp_path, model)
    assert ran.code == 0, ran.output
    return [message.content or "" for message in model.requests[-1].messages if message.role == "tool"]


@pytest.mark.slow
def test_sets_of_entries_leave_agents_that_work(tmp_path: Path) -> None:
    rng = Generator(PCG64(0))
    alone = [[entry] for entry in SOUND]
    drawn = [[SOUND[at] for at in rng.permutation(len(SOUND))[: 2 + number % 7]] for number in range(30)]
    stacks = alone + drawn

    def works(number: int, entries: Sequence[Entry]) -> bool:
        place = tmp_path / str(number)
        agent = planted(place / "agent", edited(entries, number))
        fix = Scripted([Write("adder.py", "print(2 + 3)\n"), Shell("python3 adder.py > sum"), Say("Done.")])
        note = Scripted([Shell("printf '\\n# note\\n' >> agent.toml"), Say("A note.")])
        solved, improved = run("solve", agent, place, fix), run("improve", agent, place, note)
        assert (solved.code, improved.code) == (0, 0), [e.name for e in entries] + [solved.output]
        assert improved.summary == "A note.\n"
        assert (agent / "agent.toml").read_text().endswith("# note\n")
        return (place / "workspace" / "sum").read_text() == "5\n"

    with ThreadPoolExecutor(2) as pool:
        assert all(pool.map(works, range(len(stacks)), stacks))


def test_longer_views_show_more(tmp_path: Path) -> None:
    call = [("bash", {"command": "yes | head -c 9000"})]
    (before,) = results(tmp_path / "a", SEED_AGENT, call)
    (after,) = results(tmp_path / "b", child(tmp_path, "longer_views"), call)
    assert (len(before) < 4_100, len(after)) == (True, 9_000)


def test_replace_in_file_replaces_what_stands_there_once(tmp_path: Path) -> None:
    once, twice = {"path": "f", "old": "b", "new": "c"}, {"path": "f", "old": "a", "new": "c"}
    shown = results(
        tmp_path,
        child(tmp_path, "replace_in_file"),
        [("write", {"path": "f", "content": "aab\r\n"})],
        [("replace", once)],
        [("replace", twice)],
    )
    assert shown[1:] == ["Replaced in f.", "The old text stands in f 2 times, not once: nothing was changed."]
    assert (tmp_path / "workspace" / "f").read_bytes() == b"aac\r\n"


def test_an_edit_shows_what_the_latest_check_says(tmp_path: Path) -> None:
    write = [("write", {"path": "n.py", "content": "print(6 * 7)"})]
    shown = results(
        tmp_path,
        child(tmp_path, "run_check_after_edit", "replace_in_file"),
        write,
        [("bash", {"command": "python3 n.py"})],
        [("bash", {"command": "echo no check"})],
        [("replace", {"path": "n.py", "old": "7", "new": "8"})],
        [("view", {"path": "n.py"})],
    )
    assert shown[0] == "Wrote n.py."
    assert shown[3] == "Replaced in n.py.\n[the latest check, run again]\n48\n"
    assert shown[4] == "print(6 * 8)"


def test_every_call_of_a_turn_is_carried_out_in_order(tmp_path: Path) -> None:
    turn = [("bash", {"command": f"echo {n} >> log; cat log"}) for n in range(3)]
    assert results(tmp_path, child(tmp_path, "every_call"), turn)[-1] == "0\n1\n2\n"


def test_stopping_early_leaves_work_undone(tmp_path: Path) -> None:
    model = Scripted([Shell(f"touch {n}") for n in range(8)] + [Say("Done.")])
    ran = run("solve", child(tmp_path, "stop_early"), tmp_path, model)
    assert (ran.code, ran.output) == (0, "Out of turns.\n")
    assert 3 <= len(list((tmp_path / "workspace").iterdir())) <= 5


@pytest.mark.parametrize("seed", range(4))
def test_the_seed_agent_rewrites_itself_again_and_again(tmp_path: Path, seed: int) -> None:
    agent, known = planted(tmp_path / "agent"), [sources(SEED_AGENT)]
    for generation in range(3):
        ran = run("improve", agent, tmp_path, Offline(), seed=seed * 10 + generation)
        assert ran.code == 0, ran.output
        title = ran.summary.split("\n")[0]
        if title == BY_NAME["stop_early"].title:
            # Such an agent is too hurried to look at itself ever again.
            hurried = run("improve", agent, tmp_path, Offline(), seed=seed)
            assert hurried.summary == "Out of turns.\n"
            return
        assert title in {entry.title for entry in PLAYBOOK}, ran.summary
        assert sources(agent) not in known
        known.append(sources(agent))
        solved = run("solve", agent, tmp_path, Scripted([Shell("echo ok > ok"), Say("Done.")]))
        assert solved.output == "Done.\n"


def test_what_was_tried_before_is_not_tried_again(tmp_path: Path) -> None:
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    left = PLAYBOOK[0]
    earlier = [
        {
            "summary": f"{entry.title}\n\nWhy: who knows.",
            "outcome": "born",
            "reason": "",
            "resolved": 1,
            "attempted": 5,
        }
        for entry in PLAYBOOK
        if entry is not left
    ]
    (evidence / "earlier.json").write_text(json.dumps(earlier))
    ran = run("improve", planted(tmp_path / "agent"), tmp_path, Offline(), seed=5)
    assert ran.summary.split("\n")[0] == left.title


def test_the_same_seed_gives_the_same_child(tmp_path: Path) -> None:
    children = set()
    for number in (1, 1, 2, 3, 4, 5):
        agent = planted(tmp_path / f"agent-{len(list(tmp_path.iterdir()))}")
        assert run("improve", agent, tmp_path, Offline(), seed=number).code == 0
        children.add((number, tuple(sources(agent).items())))
    assert len(children) == 5
    assert len({files for _, files in children}) > 1


def test_what_it_cannot_see_whole_it_does_not_rewrite(tmp_path: Path) -> None:
    tools = (SEED_AGENT / "agent" / "tools.py").read_text()
    agent = planted(tmp_path / "agent", {"agent/tools.py": tools + "# more\n" * 500})
    before = sources(agent)["agent/tools.py"]
    for seed in range(3):
        assert run("improve", agent, tmp_path, Offline(), seed=seed).code == 0
    assert sources(agent)["agent/tools.py"] == before
