"""What the tools that entries add or change do when a model uses them."""

import itertools
import json
import time
from pathlib import Path

import pytest
from edited_agents import SEED, committed, planted, tools, used

from dgm.models.base import ChatRequest, Message
from dgm.models.hands import Hands

CLASS = """import functools


class Cart:
    \"\"\"Things to buy.\"\"\"

    @property
    @functools.lru_cache
    def total(self):
        return 1

    def add(self, price):
        text = '''
no margin
'''
        return text


def alone():
    return 2
"""


def test_a_range_of_lines_is_shown(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes("1\r\n2\x0cé\n3".encode())
    ranges = [("1", "1"), ("2", "3"), ("-5", "1"), (2, 2), ("3", "99"), ("4", "9"), ("3", "2"), ("1", "-1")]
    shown = used(
        planted(tmp_path / "agent", "ranged_view"),
        tmp_path,
        *(("view_lines", {"path": "f", "start": start, "end": end}) for start, end in ranges),
        *(("view_lines", {"path": "f", "start": start, "end": "2"}) for start in ("one", "", "1.5", None)),
        ("view_lines", {"path": "nowhere", "start": "1", "end": "2"}),
    )
    past = "f has 3 lines."
    assert shown[:8] == ["1\r\n", "2\x0cé\n3", "1\r\n", "2\x0cé\n", "3", past, past, past]
    assert [text.split(":")[0] for text in shown[8:]] == [
        *["ValueError"] * 3,
        "TypeError",
        "FileNotFoundError",
    ]


def test_a_piece_is_replaced_where_it_stands_once(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"aab\r\nc")
    shown = used(
        planted(tmp_path / "agent", "replace_in_file"),
        tmp_path,
        *(("replace", {"path": "f", "old": old, "new": "é"}) for old in ("b\r\n", "a", "nowhere", "")),
        ("replace", {"path": "g", "old": "a", "new": "b"}),
    )
    assert shown[0] == "Replaced in f."
    assert [text.split()[-4:] for text in shown[1:4]] == [["once:", "nothing", "was", "changed."]] * 3
    assert shown[4].startswith("FileNotFoundError")
    assert (tmp_path / "f").read_bytes() == "aaéc".encode()


@pytest.mark.parametrize(
    ("symbol", "code", "old", "new"),
    [
        ("alone", "def alone():\n    return 3", "return 2", "return 3"),
        (
            "Cart.total",
            "total = 7",
            CLASS[CLASS.index("@prop") : CLASS.index("\n\n    def add")],
            "total = 7",
        ),
        (
            "Cart.add",
            "\n    def add(self):\n        return '''\nout\n'''\n",
            CLASS[CLASS.index("def add") :],
            "",
        ),
        (
            "Cart",
            "class Cart: ...",
            CLASS[CLASS.index("class") : CLASS.index("\n\n\ndef")],
            "class Cart: ...",
        ),
    ],
)
def test_a_symbol_is_replaced_whole(tmp_path: Path, symbol: str, code: str, old: str, new: str) -> None:
    (tmp_path / "f.py").write_text(CLASS)
    call = ("replace_symbol", {"path": "f.py", "symbol": symbol, "code": code})
    assert used(planted(tmp_path / "agent", "replace_symbol"), tmp_path, call) == [
        f"Replaced {symbol} in f.py."
    ]
    # What has its margin already stays as it is, for texts of several lines may stand further out.
    kept = "def add(self):\n        return '''\nout\n'''\n\n\ndef alone():\n    return 2\n"
    assert (tmp_path / "f.py").read_text() == CLASS.replace(old, new or kept)


def test_a_symbol_that_can_not_be_replaced_leaves_the_file_alone(tmp_path: Path) -> None:
    (tmp_path / "f.py").write_text(CLASS)
    (tmp_path / "broken.py").write_text("def f(:\n")
    right = {"path": "f.py", "symbol": "alone", "code": "def alone(): ..."}
    wrong = [
        {"symbol": "Cart.nothing"},
        {"symbol": ""},
        {"symbol": "alone.inner"},
        {"code": "def alone(:"},
        {"code": "return)"},
        {"path": "broken.py", "symbol": "f"},
    ]
    calls = [("replace_symbol", {**right, **changed}) for changed in wrong]
    shown = used(planted(tmp_path / "agent", "replace_symbol"), tmp_path, *calls)
    assert all(text.endswith(": nothing was changed.") for text in shown), shown
    assert (tmp_path / "f.py").read_text() == CLASS
    assert (tmp_path / "broken.py").read_text() == "def f(:\n"


def test_lines_are_those_of_the_parser(tmp_path: Path) -> None:
    (tmp_path / "f.py").write_bytes(b"x = 1\n\x0c\ndef f():\n\treturn '\xc2\x85'\n\nif x:\n\tpass\n")
    call = ("replace_symbol", {"path": "f.py", "symbol": "f", "code": "f = 2"})
    used(planted(tmp_path / "agent", "replace_symbol"), tmp_path, call)
    assert (tmp_path / "f.py").read_bytes() == b"x = 1\n\x0c\nf = 2\n\nif x:\n\tpass\n"


def test_each_candidate_is_tried_and_the_file_put_back(tmp_path: Path) -> None:
    text = b"def f():\r\n    return 1\r\n"
    (tmp_path / "m.py").write_bytes(text)
    # A module of the same size, written in the same second: stale bytecode would tell of another candidate.
    right = {"path": "m.py", "old": "1", "candidates": "[]", "check": "python3 -c 'import m; print(m.f())'"}
    agent = planted(tmp_path / "agent", "try_each")
    candidates = json.dumps(["2", "3", "(", "4", "5", "6", "7"])
    rubbish = ["", "{", "null", "5", '"12"', '{"a": "2"}', '["2", 3]']
    told, none, fails, *refused = used(
        agent,
        tmp_path,
        ("try_each", {**right, "candidates": candidates}),
        ("try_each", right),
        ("try_each", {**right, "candidates": '["2"]', "check": "cat m.py; echo oh >&2; rm m.py; exit 3"}),
        *(("try_each", {**right, "candidates": one}) for one in rubbish),
        ("try_each", {**right, "candidates": '["2"]', "old": "nowhere"}),
        ("try_each", {**right, "candidates": ["2"]}),
    )
    parts = told.split("[candidate ")[1:]
    assert [part.split()[-1] for part in parts[:2] + parts[3:]] == ["2", "3", "4", "5", "6"]
    assert "SyntaxError" in parts[2]
    assert (none, fails) == ("", "[candidate 0]\ndef f():\r\n    return 2\r\noh\n")
    assert [text.split(":")[0] for text in refused[:2]] == ["JSONDecodeError"] * 2
    assert all(text.endswith("nothing was tried.") for text in refused[2:-1]), refused
    assert refused[-1].startswith("TypeError")
    assert (tmp_path / "m.py").read_bytes() == text


def test_a_check_that_hangs_is_stopped_with_all_that_it_started(tmp_path: Path) -> None:
    agent = planted(tmp_path / "agent", "try_each")
    module = agent / "agent/candidates.py"
    module.write_text(module.read_text().replace("SECONDS = 10", "SECONDS = 0.3"))
    (tmp_path / "f").write_text("a")
    started = time.monotonic()
    call = {"path": "f", "old": "a", "candidates": '["b"]', "check": "cat; cat f; sleep 60 || sleep 60"}
    assert used(agent, tmp_path, ("try_each", call)) == ["[candidate 0]\nb"]
    assert time.monotonic() - started < 30
    assert (tmp_path / "f").read_text() == "a"


def test_a_file_is_put_back_as_it_was_committed(tmp_path: Path) -> None:
    place = committed(tmp_path / "repository", {"a": "1", "b": "2"})
    shown = used(
        planted(tmp_path / "agent", "reset_file"),
        place,
        ("write", {"path": "a", "content": "changed"}),
        ("bash", {"command": "git add a; rm b"}),
        *(("reset", {"path": path}) for path in ("a", "b", "new", "-f")),
    )
    assert shown[2:4] == ["Restored a.", "Restored b."]
    assert all("did not match" in text for text in shown[4:])
    assert [(place / name).read_text() for name in "ab"] == ["1", "2"]


def test_a_second_tool_saves_files(tmp_path: Path) -> None:
    agent = planted(tmp_path / "agent", "twice_the_same_tool")
    assert used(agent, tmp_path, ("save", {"path": "new/f", "content": "é\r\n"})) == ["Saved new/f."]
    assert (tmp_path / "new/f").read_bytes() == "é\r\n".encode()


def test_broken_syntax_is_told_at_once(tmp_path: Path) -> None:
    shown = used(
        planted(tmp_path / "agent", "check_syntax"),
        tmp_path,
        ("write", {"path": "a.py", "content": "x = 1\ny = (\n"}),
        ("write", {"path": "a.py", "content": "x = 1\n"}),
        ("write", {"path": "a.txt", "content": "x = (\n"}),
        *(("view", odd) for odd in ('{"path": 3}', "[1]", "{", '{"path": "\\u0000.py"}', '{"path": "."}')),
    )
    assert shown[:3] == [
        "Wrote a.py.\n[syntax error in line 2: '(' was never closed]",
        "Wrote a.py.",
        "Wrote a.txt.",
    ]
    errors = ["TypeError", "TypeError", "JSONDecodeError", "ValueError", "IsADirectoryError"]
    assert [text.split(":")[0] for text in shown[3:]] == errors


def test_a_traceback_shows_the_source_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text("\n" * 20 + "def f():\n    return 1 / 0\n")
    long, place = "x" * 5000, str(tmp_path / "m.py")
    shown, *odd = used(
        planted(tmp_path / "agent", "traceback_source"),
        tmp_path,
        ("bash", {"command": "python3 -c 'import m; m.f()'"}),
        *(
            ("bash", {"command": f"printf 'File \"{path}\", line {line}'"})
            for path, line in [(long, 1), ("\\0", 1), (place, "9" * 5000), (place, 999), ("/etc/passwd", 1)]
        ),
    )
    assert "ZeroDivisionError" in shown
    assert shown.endswith(f"[{place}, around line 22]\n18: \n19: \n20: \n21: def f():\n22:     return 1 / 0")
    assert all("around" not in text for text in (*odd[:3], odd[4]))
    assert odd[3].endswith("around line 999]\n")


@pytest.mark.parametrize("edit", ["write", "replace", "replace_symbol"])
def test_after_an_edit_the_latest_check_is_run_again(tmp_path: Path, edit: str) -> None:
    agent = planted(tmp_path / "agent", "run_check_after_edit", "replace_in_file", "replace_symbol")
    arguments = {
        "write": {"content": "def f(): return 2\nprint(f())"},
        "replace": {"old": "1", "new": "2"},
        "replace_symbol": {"symbol": "f", "code": "def f(): return 2"},
    }
    (tmp_path / "m.py").write_text("def f(): return 1\nprint(f())")
    call = (edit, {"path": "m.py", **arguments[edit]})
    check = ("bash", {"command": "python3 m.py"})
    *_, other, last, viewed = used(
        agent,
        tmp_path,
        check,
        ("bash", {"command": "echo no check"}),
        (edit, "{"),
        call,
        ("view", {"path": "m.py"}),
    )
    assert "run again" not in other
    assert last.endswith(" m.py.\n[the latest check, run again]\n2\n")
    assert "run again" not in viewed
    (unchecked,) = used(agent, tmp_path, ("write", {"path": "n.py", "content": "print(1)"}))
    assert unchecked == "Wrote n.py."


def test_how_much_is_shown_of_a_long_text(tmp_path: Path) -> None:
    text = "".join(f"{number:5}\n" for number in range(8_000))
    (tmp_path / "f").write_text(text)

    def shown(*names: str) -> str:
        agent = planted(tmp_path / "-".join(("agent", *names)), *names)
        return used(agent, tmp_path, ("view", {"path": "f"}))[0]

    kept = {
        names: shown(*names).partition("\n[clipped")[0]
        for names in [(), ("longer_views",), ("shorter_views",)]
    }
    assert all(text.startswith(part) for part in kept.values())
    assert 500 <= len(kept["shorter_views",]) < len(kept[()]) == 4_000 < len(kept["longer_views",]) >= 16_000
    assert (
        shown("both_ends")
        == f"{text[:2000]}\n[...]\n{text[-2000:]}\n[clipped: 4000 of 48000 characters shown]"
    )
    assert shown("both_ends", "longer_views").count("[...]") == 1


def test_what_is_put_around_the_tools_works_once_in_any_order(tmp_path: Path) -> None:
    names = ("check_syntax", "run_check_after_edit", "traceback_source")
    for number, order in enumerate(itertools.permutations(names)):
        place = tmp_path / str(number)
        place.mkdir()
        agent = planted(place / "agent", *order)
        write = ("write", {"path": "m.py", "content": "print(\n"})
        *_, last = used(agent, place, ("bash", {"command": "python3 m.py"}), write)
        assert [last.count(sign) for sign in ("Wrote m.py", "[the latest check", "[syntax error")] == [
            1,
            1,
            1,
        ]
        # Whoever runs the check below the one that reads tracebacks shows their source, too.
        assert last.count("m.py, around line") >= 1


def test_the_model_is_told_of_every_tool_and_finds_hands_for_it(tmp_path: Path) -> None:
    adding = (
        "ranged_view",
        "replace_in_file",
        "replace_symbol",
        "reset_file",
        "try_each",
        "twice_the_same_tool",
    )
    told = tools(planted(tmp_path / "agent", *adding), tmp_path)
    before = tools(planted(tmp_path / "seed", files=SEED), tmp_path)
    assert len(told) == len(before) + len(adding)
    hands = Hands(
        ChatRequest(model="solve", messages=(Message(role="user", content="."),), tools=tuple(told))
    )
    actions = (
        hands.view("f", 1, 2),
        hands.replace("f", "a", "b"),
        hands.define("f", "g", "c"),
        hands.restore("f"),
        hands.try_each("f", "a", ["b"], "true"),
        hands.view("f"),
        hands.write("f", ""),
        hands.shell("true"),
    )
    chosen = ["view_lines", "replace", "replace_symbol", "reset", "try_each", "view", "write", "bash"]
    assert [action and action.tool for action in actions] == chosen
