import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.models.base import ChatRequest, Function, Message, Tool
from dgm.models.hands import Action, Hands


def tool(name: str, description: str = "", /, *optional: str, **parameters: str) -> Tool:
    """A tool whose parameters are texts with these descriptions; all but the optional are required."""
    schema = {
        "type": "object",
        "properties": {key: {"type": "string", "description": text} for key, text in parameters.items()},
        "required": [key for key in parameters if key not in optional],
    }
    return Tool(function=Function(name=name, description=description, parameters=schema))


def hands(*tools: Tool, said: str = "Mend it.") -> Hands:
    return Hands(ChatRequest(model="solve", messages=(Message(role="user", content=said),), tools=tools))


def called(action: Action | None) -> tuple[str | None, Mapping[str, Any]]:
    assert action is not None
    return action.tool, json.loads(action.arguments)


SHELLS = [
    tool("bash", "Run a shell command.", command=""),
    tool("execute", "Runs it in a terminal", cmd="what to run"),
    tool("run", "", "timeout", script="", timeout=""),
    tool("terminal", "", input=""),
    tool("do", "", x="the shell command"),
]


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell.function.name)
def test_a_shell_is_known_by_its_command(shell: Tool) -> None:
    name, arguments = called(hands(shell).shell("ls"))
    assert name == shell.function.name
    assert list(arguments.values()) == ["ls"]


VIEWS = [
    tool("view", "Show a whole file.", path=""),
    tool("read_file", "", filename=""),
    tool("openFile", "", "startLine", "endLine", filePath="", startLine="", endLine=""),
    tool("cat", "", p="path of the file"),
]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.function.name)
def test_a_view_is_known_by_its_path(view: Tool) -> None:
    name, arguments = called(hands(*SHELLS[:1], view).view("a.py"))
    assert (name, list(arguments.values())) == (view.function.name, ["a.py"])


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (tool("view", "", path="", start="", end=""), {"path": "f", "start": 3, "end": 5}),
        (
            tool("view", "", path="", first_line="", last_line=""),
            {"path": "f", "first_line": 3, "last_line": 5},
        ),
        (tool("read", "", path="", offset="", limit=""), {"path": "f", "offset": 3, "limit": 3}),
        (tool("show", "", path="", view_range=""), {"path": "f", "view_range": [3, 5]}),
    ],
)
def test_a_part_is_viewed_in_the_words_of_the_tool(view: Tool, expected: Mapping[str, object]) -> None:
    optional = dict(view.function.parameters, required=["path"])
    function = view.function.model_copy(update={"parameters": optional})
    ranged = hands(Tool(function=function))
    assert ranged.can_range
    assert called(ranged.view("f", 3, 5))[1] == expected
    assert called(ranged.view("f"))[1] == {"path": "f"}


def test_without_a_range_there_is_no_part() -> None:
    whole = hands(*SHELLS[:1], VIEWS[0])
    assert (whole.can_range, whole.view("f", 3, 5)) == (False, None)


@pytest.mark.parametrize(
    "write",
    [
        tool("write", "Write a whole file.", path="", content=""),
        tool("create_file", "", file_path="", file_text=""),
        tool("save", "", target="path of the file", new_contents=""),
    ],
)
def test_a_write_is_known_by_path_and_content(write: Tool) -> None:
    name, arguments = called(hands(*SHELLS[:1], write).write("a", "b"))
    assert (name, sorted(arguments.values())) == (write.function.name, ["a", "b"])


@pytest.mark.parametrize(
    "replace",
    [
        tool("replace", "", path="", old="", new=""),
        tool("edit", "", "count", file="", old_string="", new_string="", count=""),
        tool("patch", "", filename="", search="", replacement=""),
        tool("swap", "", f="path", a="the text to be replaced", b="what is put in its place"),
    ],
)
def test_a_replace_is_known_by_path_old_and_new(replace: Tool) -> None:
    name, arguments = called(hands(*SHELLS[:1], replace).replace("f", "1", "2"))
    assert (name, list(arguments.values())[:3]) == (replace.function.name, ["f", "1", "2"])


RANGES = [
    (tool("view_lines", "Show lines.", path="", start="", end=""), {"path": "f", "start": 3, "end": 5}),
    (tool("peek", "Read lines", file="", offset="", limit=""), {"file": "f", "offset": 3, "limit": 3}),
    (tool("show_range", "", path="", range=""), {"path": "f", "range": [3, 5]}),
]


@pytest.mark.parametrize(("lines", "expected"), RANGES, ids=lambda part: getattr(part, "type", ""))
@pytest.mark.parametrize("backwards", [False, True])
def test_a_range_may_be_a_tool_of_its_own(
    lines: Tool, expected: Mapping[str, object], *, backwards: bool
) -> None:
    both = hands(*(lines, VIEWS[0])[:: -1 if backwards else 1], SHELLS[0])
    assert both.can_range
    assert called(both.view("f")) == ("view", {"path": "f"})
    assert called(both.view("f", 3, 5)) == (lines.function.name, expected)
    alone = hands(lines, SHELLS[0])
    assert called(alone.view("f", 3, 5)) == (lines.function.name, expected)
    assert called(alone.view("f")) == ("bash", {"command": "cat f"})


@pytest.mark.parametrize(
    "define",
    [
        tool("replace_symbol", "Replace a function by new code.", path="", symbol="", code=""),
        tool("edit_function", "", file="", function_name="", new_code=""),
        tool("redefine", "", filename="", method="", text=""),
    ],
)
def test_a_definition_is_known_by_path_symbol_and_code(define: Tool) -> None:
    given = hands(*SHELLS[:1], define)
    name, arguments = called(given.define("f", "C.m", "pass"))
    assert (name, list(arguments.values())) == (define.function.name, ["f", "C.m", "pass"])
    # It writes no whole files and replaces no pieces.
    assert called(given.write("f", ""))[0] == "bash"
    assert not given.can_replace


@pytest.mark.parametrize(
    "tries",
    [
        tool("try_each", "Try each candidate.", path="", old="", candidates="", check=""),
        tool("compare", "", "n", file="", original="", alternatives="a JSON list", test_command="", n=""),
    ],
)
def test_trying_is_known_by_candidates_and_a_check(tries: Tool) -> None:
    given = hands(*SHELLS[:1], tries)
    assert given.can_try
    name, arguments = called(given.try_each("f", "1", ["2", "é"], "true"))
    assert name == tries.function.name
    assert list(arguments.values()) == ["f", "1", json.dumps(["2", "é"]), "true"]
    assert not given.can_replace
    assert called(given.write("f", ""))[0] == called(given.view("f"))[0] == "bash"


def test_a_restore_is_known_by_what_it_says() -> None:
    one = hands(tool("restore", "Put a file back.", path=""))
    assert called(one.restore("f")) == ("restore", {"path": "f"})
    assert one.view("f") is None
    every = hands(tool("start_over", "Undoes every edit."))
    assert called(every.restore("f")) == ("start_over", {})


@pytest.mark.parametrize(
    "other",
    [
        tool("append", "Write at the end of a file", path="", content=""),
        tool("insert", "Write text", path="", line="", content=""),
        tool("delete_file", "Delete, do not show", path=""),
        tool("list_files", "Show a folder", path=""),
        tool("move", "", path="", destination=""),
        tool("search", "Find with a shell command", command=""),
        tool("ask", "Ask the user", question=""),
        tool("write_as", "Write a file as a user", path="", content="", user=""),
    ],
    ids=lambda other: other.function.name,
)
def test_other_tools_are_left_alone(other: Tool) -> None:
    alone = hands(other)
    assert not any((alone.can_shell, alone.can_view, alone.can_write, alone.can_replace, alone.can_restore))


def test_a_choice_of_modes_is_no_command() -> None:
    schema = {"properties": {"command": {"type": "string", "enum": ["view", "undo"]}, "path": {}}}
    assert not hands(Tool(function=Function(name="editor", parameters=schema))).can_shell


def test_without_any_tool_there_are_no_hands() -> None:
    bare = hands()
    assert (bare.shell("ls"), bare.view("f"), bare.write("f", ""), bare.replace("f", "", "")) == (None,) * 4
    assert (bare.restore("f"), bare.define("f", "g", ""), bare.try_each("f", "", [], "")) == (None,) * 3
    assert not any((bare.can_range, bare.can_try))


def test_a_fenced_block_is_a_shell_where_it_is_asked_for() -> None:
    text = hands(said="Answer with one ```bash block.")
    assert text.one_at_a_time
    assert text.shell("ls -l") == Action(text="```bash\nls -l\n```")
    assert text.shell("echo '```'") is None
    assert text.view("a b", 2, 4) == Action(text="```bash\nsed -n '2,4p' 'a b'\n```")
    labelled = hands(said="Use\n```my_bash_action\nls\n```")
    assert labelled.shell("ls") == Action(text="```my_bash_action\nls\n```")
    assert not hands(VIEWS[0], said="In the issue: ```bash\nrm\n```").can_shell


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=60))
def test_a_write_through_the_shell_is_exact(content: str) -> None:
    _, arguments = called(hands(SHELLS[0]).write("/dev/stdout", content))
    shown = subprocess.run(["bash", "-c", arguments["command"]], capture_output=True, check=True)
    assert shown.stdout.decode() == content


def test_a_heredoc_ends_after_all_of_its_content(tmp_path: Path) -> None:
    content = "EOF\nEOF_\n$HOME `x`\n"
    _, arguments = called(hands(SHELLS[0]).write(str(tmp_path / "it's"), content))
    subprocess.run(["bash", "-c", arguments["command"]], check=True)
    assert (tmp_path / "it's").read_text() == content


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
NAMES = st.sampled_from(
    ["path", "command", "old", "new", "content", "start", "symbol", "candidates", "check", "x", ""]
)
SCHEMAS = st.dictionaries(st.sampled_from(["properties", "required"]), JSON | st.dictionaries(NAMES, JSON))


@given(SCHEMAS, st.text(max_size=20))
def test_no_schema_breaks_it(schema: dict[str, Any], name: str) -> None:
    odd = hands(Tool(function=Function(name=name, description="view, write or undo", parameters=schema)))
    for action in (
        odd.shell("x"),
        odd.view("x"),
        odd.view("x", 1),
        odd.write("x", "y"),
        odd.replace("x", "y", "z"),
        odd.define("x", "y", "z"),
        odd.try_each("x", "y", ["z"], "c"),
        odd.restore("x"),
    ):
        assert action is None or action.tool == name
