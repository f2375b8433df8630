"""A git history of a small package: each commit mends or adds something, with a test of it."""

import os
import subprocess
from pathlib import Path

STEPS = (
    (
        "Empty words are kept out\n\nTwo spaces in a row gave a word without letters.",
        {"words.py": "def words(text):\n    return [word for word in text.split(' ') if word]\n"},
        "def test_no_empty_words():\n    assert words('a  b') == ['a', 'b']\n",
    ),
    (
        "The longest of no words is an empty one\n\nAsking for it raised an error.",
        {"longest.py": "def longest(words):\n    return max(words, key=len, default='')\n"},
        "def test_longest_of_none():\n    assert longest([]) == ''\n",
    ),
    (
        "Shortened texts are never longer than asked for\n\nA text cut to five letters came back with eight.",
        {
            "cut.py": "def cut(text, most):\n"
            "    return text if len(text) <= most else text[: most - 3] + '...'\n"
        },
        "def test_cut_is_short():\n    assert cut('abcdefgh', 5) == 'ab...'\n",
    ),
    (
        "Only a text's first letter gets large\n\nA name such as McDonald lost its second capital.",
        {"capital.py": "def capital(text):\n    return text[:1].upper() + text[1:]\n"},
        "def test_other_capitals_stay():\n    assert capital('mcDonald') == 'McDonald'\n",
    ),
    (
        "Counting forgets nothing between two texts\n\nThe second count began with what the first had found.",
        {
            "count.py": (
                "def count(words, found=None):\n    found = {} if found is None else found\n"
                "    for word in words:\n        found[word] = found.get(word, 0) + 1\n    return found\n"
            )
        },
        "def test_counts_are_apart():\n    count(['a'])\n    assert count(['b']) == {'b': 1}\n",
    ),
)
FIRST = {
    "words.py": "def words(text):\n    return text.split(' ')\n",
    "longest.py": "def longest(words):\n    return max(words, key=len)\n",
    "cut.py": "def cut(text, most):\n    return text if len(text) <= most else text[:most] + '...'\n",
    "capital.py": "def capital(text):\n    return text.capitalize()\n",
    "count.py": (
        "def count(words, found={}):\n    for word in words:\n        found[word] = found.get(word, 0) + 1\n"
        "    return found\n"
    ),
}
TESTS = """\
from capital import capital
from count import count
from cut import cut
from longest import longest
from words import words


def test_words():
    assert words("a b") == ["a", "b"]


def test_short_texts_stay():
    assert cut("abc", 5) == "abc"
"""


def make(folder: Path) -> Path:
    """The history, in a repository whose settings try to run a program at every turn; gives its marker."""
    marker = folder.parent / "ran"
    evil = folder.parent / "evil.sh"
    evil.write_text(f"#!/bin/sh\ntouch {marker}\n")
    evil.chmod(0o755)
    _git(folder.parent, "init", "-q", "-b", "main", str(folder))
    tests = TESTS
    _commit(folder, {**FIRST, "tests/test_words.py": tests}, "A beginning")
    _commit(folder, {"README": "words\n"}, "Say what it is")
    for message, files, test in STEPS:
        tests += f"\n\n{test}"
        _commit(folder, {**files, "tests/test_words.py": tests}, f"{message}\n\nSigned-off-by: A <a@b.c>")
    (folder / ".git/info").mkdir(exist_ok=True)
    (folder / ".git/info/attributes").write_text("*.py diff=evil filter=evil\n")
    for key in (
        "core.fsmonitor",
        "diff.external",
        "gpg.program",
        "core.pager",
        "core.sshCommand",
        "diff.evil.textconv",
    ):
        _git(folder, "config", key, str(evil))
    _git(folder, "config", "log.showSignature", "true")
    _git(folder, "config", "filter.evil.smudge", str(evil))
    return marker


def _commit(folder: Path, files: dict[str, str], message: str) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    _git(folder, "add", "-A")
    _git(folder, "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-q", "-m", message)


def _git(folder: Path, *words: str) -> None:
    clean = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", "-C", str(folder), *words], check=True, env=clean)
