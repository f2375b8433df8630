"""A provider's key stays where it was put, though the servers that got it tell it to everybody."""

import os
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest

from tests.run.planted import forms, holding

ROOT = Path(__file__).resolve().parents[2]
PLANTED = {
    "OPENAI_API_KEY": "sk-proj+Planted/4f9c1e77d2a85b60c3==",
    "ANTHROPIC_API_KEY": "sk-ant+Planted/9b3e0d42f7c16a8855==",
}
EVERY_FORM = [form for key in PLANTED.values() for form in forms(key)]


def told(environment: dict[str, str], *words: object) -> bytes:
    done = subprocess.run(
        [sys.executable, "-m", *map(str, words)], cwd=ROOT, env=environment, capture_output=True, timeout=550
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout + done.stderr


@pytest.mark.slow
def test_a_key_that_is_told_by_every_reply_is_kept_and_shown_nowhere(tmp_path: Path) -> None:
    run, file, temporary = tmp_path / "runs" / "one", tmp_path / "keys", tmp_path / "tmp"
    run.parent.mkdir()
    temporary.mkdir()
    file.touch(mode=0o600)
    file.write_text(f"ANTHROPIC_API_KEY={PLANTED['ANTHROPIC_API_KEY']}")
    about = {"OPENAI_API_KEY": PLANTED["OPENAI_API_KEY"], "TMPDIR": str(temporary)}
    environment = {**os.environ, **about}
    shown = told(environment, "tests.run.planted", run, file)
    for words in (["tree"], ["show"], ["diff"], ["log"], ["check"], *(["why", n] for n in range(1, 9))):
        for form in ([], ["--json"]):
            shown += told(environment, "dgm", words[0], run, *words[1:], *form)
    assert b"the key is refused; mend: set OPENAI_API_KEY" in shown
    for name in PLANTED:
        # What was blotted out came that far.
        kept = {path.relative_to(run).parts[0] for path in holding([run], [f"<{name}>".encode()])}
        assert {"cassette", "transcripts"} <= kept
    assert not [form for form in EVERY_FORM if form in shown]
    assert list(holding([run.parent, temporary], EVERY_FORM)) == []


def test_the_search_finds_a_key_however_it_is_written(tmp_path: Path) -> None:
    key = PLANTED["OPENAI_API_KEY"]
    for number, text in enumerate(
        [key, key[::-1], *(b64encode(b"x" * n + key.encode()).decode() for n in range(3))]
    ):
        (tmp_path / str(number)).write_text(f"before{text}after")
    subprocess.run(["gzip", tmp_path / "0"], check=True)
    git = ["git", "-C", tmp_path, "-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q", "--bare", "a.git"], ["--git-dir=a.git", "hash-object", "-w", "1"]):
        subprocess.run([*git, *words], check=True, capture_output=True)
    found = {path.name for path in holding([tmp_path], forms(key))}
    assert found >= {"0.gz", "1", "2", "3", "4", "a.git"}
