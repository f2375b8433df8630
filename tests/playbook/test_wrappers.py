"""What entries put around the conversation and the model: what is passed on, how often, and what is left."""

import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from edited_agents import BY_NAME, committed, git, planted, python

# It notes what it is told and what it finds, and does what the next line of its script says.
SCRIPTED = {
    "agent/loop.py": """
import json, os, subprocess
from pathlib import Path

def converse(role, system, user):
    told = Path(os.environ["TOLD"])
    number = len(told.read_text().splitlines()) if told.exists() else 0
    found = subprocess.run("cat * | sort; git status -s", shell=True, capture_output=True, text=True).stdout
    words = {"role": role, "system": system, "user": user, "found": found, "tool_calls": []}
    with told.open("a") as file:
        file.write(json.dumps(words) + "\\n")
    effects = json.loads(os.environ["EFFECTS"])
    subprocess.run(["bash", "-c", effects[number] if number < len(effects) else "true"], check=True)
    return f"said {number}"
""",
    "agent/__main__.py": """
import sys
from agent.loop import converse

print(converse(sys.argv[1], "SYSTEM", sys.stdin.read()))
""",
    "agent/model.py": """
import json, os

def complete(role, messages, tools):
    with open(os.environ["TOLD"], "a") as file:
        file.write(json.dumps({"model": role, "messages": messages, "tools": tools}) + "\\n")
    return {"content": "done"}
""",
    "agent/ask.py": """
import json, sys
from agent.model import complete

complete("solve", json.load(sys.stdin), [])
""",
}
FILES = {
    "test_adder.py": "from adder import add\n\n\ndef test_add():\n    assert add(2, 3) == 5\n",
    "adder.py": "def add(a, b):\n    return a - b\n",
}
ISSUE = (
    "It subtracts.\n\n```python\nfrom adder import add\n```\n\n```python\nprint('gives', add(2, 3))\n```\n"
)
RIGHT, WRONG, BROKEN = (f"sed -i 's/return.*/return a {end}/' adder.py" for end in ("+ b", "* b", "("))
HEAVY = ("aggregate_candidates", "best_of_several", "retry_with_tests")
LIGHT = ("difficulty_router", "outcome_memory", "repository_map", "reproduce_first")
SIGNS = (
    "This issue looks hard",
    "What came of earlier changes",
    "Files of the repository",
    "Run as it stands",
)


def held(
    tmp_path: Path, *names: str, effects: Sequence[str] = (), role: str = "solve", user: str = ISSUE
) -> tuple[list[dict[str, str]], str, Path]:
    """The conversations that were held, the last words, and the repository after them."""
    agent = planted(tmp_path / "agent", *names, files=SCRIPTED)
    place = tmp_path / "repository"
    if not place.exists():
        committed(place, FILES)
    said = converse(tmp_path, agent, place, role=role, effects=effects, user=user)
    return said[0], said[1], place


def converse(
    tmp_path: Path, agent: Path, place: Path, *, role: str, effects: Sequence[str], user: str
) -> tuple[list[dict[str, str]], str]:
    told = tmp_path / "told"
    told.unlink(missing_ok=True)
    environment = {
        "TOLD": str(told),
        "EFFECTS": json.dumps(effects),
        "DGM_EVIDENCE": str(tmp_path / "evidence"),
    }
    said = python(agent, place, "-B", "-m", "agent", role, told=user, **environment)
    return [json.loads(line) for line in told.read_text().splitlines()], said.strip()


@pytest.mark.parametrize("name", [*HEAVY, *LIGHT])
def test_improving_is_left_as_it_was(tmp_path: Path, name: str) -> None:
    (only,), said, _ = held(tmp_path, name, role="improve")
    assert (only["role"], only["system"], only["user"], said) == ("improve", "SYSTEM", ISSUE, "said 0")


def test_the_map_names_files_and_what_they_define(tmp_path: Path) -> None:
    odd = {
        "broken.py": "def f(:",
        "deep.py": "(" * 500,
        "nul.py": "\0",
        "cart.py": "class Cart:\n    def add(self): ...",
    }
    place = committed(tmp_path / "repository", {**FILES, **odd})
    (place / "folder.py").mkdir()
    (place / "link.py").symlink_to("nowhere")
    (place / ".hidden").mkdir()
    (place / ".hidden/h.py").write_text("def hidden(): ...")
    (only,), *_ = held(tmp_path, "repository_map")
    issue, _, told = only["user"].partition("\n\nFiles of the repository, and what they define:\n")
    lines = [
        "adder.py: add (line 1)",
        "cart.py: Cart (line 1), add (line 2)",
        "test_adder.py: test_add (line 4)",
    ]
    empty = [f"{path}: -" for path in ("broken.py", "deep.py", "folder.py", "link.py", "nul.py")]
    assert (issue, told.splitlines()) == (ISSUE, sorted([*lines, *empty]))


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        ("print('gives', input.__name__)\n```\nand\n```python\nprint('é' * 2)", "gives input\néé\n"),
        (
            "import adder\nadder.add(1, 'x')",
            "TypeError: unsupported operand type(s) for -: 'int' and 'str'\n",
        ),
        ("def f(:", "SyntaxError: invalid syntax\n"),
        ("print('x' * 9999)", "x" * 1499 + "\n"),
        ("while True: pass", "(nothing: it took too long)"),
        ("#" * 200_000, "printed:\n"),
    ],
)
def test_the_code_of_the_issue_is_run_and_shown(tmp_path: Path, code: str, printed: str) -> None:
    agent = planted(tmp_path / "agent", "reproduce_first", files=SCRIPTED)
    module = agent / "agent/reproduction.py"
    module.write_text(module.read_text().replace("SECONDS = 10", "SECONDS = 2"))
    place = committed(tmp_path / "repository", FILES)
    issue = f"See:\n```python\n{code}\n```\n"
    (only,), _ = converse(tmp_path, agent, place, role="solve", effects=(), user=issue)
    assert only["user"].startswith(f"{issue}\n\nRun as it stands")
    assert only["user"].endswith(printed)
    assert not list(place.rglob("*.pyc"))


def test_an_issue_without_code_is_left_as_it_is(tmp_path: Path) -> None:
    (only,), *_ = held(tmp_path, "reproduce_first", user="```\nno Python\n```")
    assert only["user"] == "```\nno Python\n```"


@pytest.mark.parametrize(
    ("effects", "conversations", "told"),
    [
        ([RIGHT], 1, ""),
        ([WRONG, RIGHT], 2, "assert 6 == 5"),
        ([BROKEN, RIGHT], 2, "SyntaxError"),
        ([WRONG, WRONG, WRONG, RIGHT], 3, "assert 6 == 5"),
        (["rm test_adder.py"], 1, ""),
    ],
)
def test_it_goes_on_while_visible_tests_fail(
    tmp_path: Path, effects: Sequence[str], conversations: int, told: str
) -> None:
    talks, said, _ = held(tmp_path, "retry_with_tests", effects=effects)
    assert (len(talks), said) == (conversations, f"said {conversations - 1}")
    assert talks[0]["user"] == ISSUE
    assert all(talk["user"].startswith(ISSUE) and told in talk["user"] for talk in talks[1:])


@pytest.mark.parametrize(
    ("effects", "conversations", "left"),
    [
        ([RIGHT, WRONG], 1, "return a + b"),
        ([f"{WRONG}; echo > new; git add new", RIGHT, WRONG], 2, "return a + b"),
        (["", "echo 'x = 1' > other.py; rm test_adder.py"], 2, "return a - b"),
        (["", WRONG, BROKEN, RIGHT], 3, "return a ("),
    ],
)
def test_the_first_change_that_passes_is_kept(
    tmp_path: Path, effects: Sequence[str], conversations: int, left: str
) -> None:
    talks, said, place = held(tmp_path, "best_of_several", effects=effects)
    assert (len(talks), said) == (conversations, f"said {conversations - 1}")
    assert [talk["user"].count("(Attempt") for talk in talks] == list(range(conversations))
    assert {talk["found"] for talk in talks} == {talks[0]["found"]}
    assert (place / "adder.py").read_text().split("    ")[1].strip() == left
    assert not (place / "new").exists()


def test_the_last_attempt_sees_the_patches_of_the_others(tmp_path: Path) -> None:
    effects = [f"{WRONG}; echo new > file", "git rm -q adder.py", RIGHT]
    (first, second, last), said, place = held(tmp_path, "aggregate_candidates", effects=effects)
    assert first["user"] == second["user"] == ISSUE
    assert first["found"] == second["found"] == last["found"]
    _, one, two = last["user"].split("Candidate ")
    assert "+    return a * b" in one
    assert "+new" in one
    assert "deleted file" in two
    assert (said, git(place, "status", "-s")) == ("said 2", " M adder.py\n")


@pytest.mark.parametrize(
    ("issue", "hard"),
    [(ISSUE, False), ("No code.", True), (ISSUE + "." * 700, True), (ISSUE + "In a.py and b.py.", True)],
)
def test_what_looks_hard_gets_more_care(tmp_path: Path, issue: str, hard: bool) -> None:
    (only,), *_ = held(tmp_path, "difficulty_router", user=issue)
    assert only["user"] == issue
    assert only["system"].startswith("SYSTEM")
    assert ("review" in only["system"]) == hard


def test_what_came_of_earlier_changes_is_remembered(tmp_path: Path) -> None:
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    attempts: list[Mapping[str, Any]] = [
        {"summary": "Bad\n\nWhy.", "resolved": 1, "attempted": 4},
        {"summary": "Good é", "resolved": 3, "attempted": 4},
        {"summary": "Unmeasured", "resolved": 0, "attempted": 0},
    ]
    (evidence / "earlier.json").write_text("not JSON")
    (first,), *_ = held(tmp_path, "outcome_memory", role="improve")
    assert first["system"] == "SYSTEM"
    (evidence / "earlier.json").write_text(json.dumps(attempts))
    lessons = (
        "\nWhat came of earlier changes to this agent:\n75% resolved after: Good é\n25% resolved after: Bad"
    )
    for role in ("improve", "solve"):
        (only,), *_ = held(tmp_path, "outcome_memory", role=role)
        assert only["system"] == f"SYSTEM{lessons}"
    assert len(json.loads((tmp_path / "agent/agent/memory.json").read_text())) == 2


def test_only_old_results_are_cut_short(tmp_path: Path) -> None:
    result, words = (
        {"role": "tool", "tool_call_id": "1", "content": "é" * 400},
        {"role": "user", "content": "w" * 400},
    )
    messages: list[Mapping[str, Any]] = (
        [result] * 12 + [words, {"role": "assistant", "content": None}, result] + [result] * 8
    )
    agent = planted(tmp_path / "agent", "history_trimming", files=SCRIPTED)
    python(agent, tmp_path, "-m", "agent.ask", told=json.dumps(messages), TOLD=str(tmp_path / "told"))
    (request,) = map(json.loads, (tmp_path / "told").read_text().splitlines())
    cut = {**result, "content": "é" * 300 + "\n[trimmed]"}
    assert request == {"model": "solve", "messages": [*messages[:14], cut, *messages[15:]], "tools": []}


@pytest.mark.parametrize("order", list(itertools.permutations(LIGHT))[::5])
def test_in_any_order_each_wrapper_does_its_part_once(tmp_path: Path, order: Sequence[str]) -> None:
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    (evidence / "earlier.json").write_text(json.dumps([{"summary": "A", "resolved": 1, "attempted": 2}]))
    issue = ISSUE + "." * 700
    held(tmp_path, *order, role="improve")
    (only,), said, _ = held(tmp_path, *order, user=issue)
    assert said == "said 0"
    assert [(only["system"] + only["user"]).count(sign) for sign in SIGNS] == [1, 1, 1, 1]
    assert only["user"].startswith(issue)


@pytest.mark.parametrize("order", [(*LIGHT, *HEAVY), (*HEAVY[::-1], *LIGHT)], ids=["outside", "inside"])
def test_those_that_try_again_go_through_all_others(tmp_path: Path, order: Sequence[str]) -> None:
    talks, said, place = held(tmp_path, *order, effects=[RIGHT] * 3)
    assert (len(talks), said) == (3, "said 2")
    assert len({talk["found"] for talk in talks}) == 1
    for talk in talks:
        assert [talk["user"].count(sign) for sign in SIGNS[2:]] == [1, 1]
    assert ["Candidate 2" in talk["user"] for talk in talks] == [False, False, True]
    assert "+    return a + b" in git(place, "diff", "HEAD")


def test_every_wrapper_of_the_conversation_is_tested_here() -> None:
    known = {name for name, entry in BY_NAME.items() if "a conversation that is imported" in entry.needs}
    assert known == {*HEAVY, *LIGHT}
