"""Names of models, and keys that tell themselves to nobody."""

import copy
import pickle
from pathlib import Path

import pytest

from dgm.config import ConfigError
from dgm.keys import Key, Keys
from dgm.models.registry import open_model

SECRET = "sk-very-secret-0123456789"
NONE = Keys(environment={})


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "gpt-9",
            "did you mean 'openai:gpt-9'.*allowed: offline, .*, openai:<model>@<base_url>",
        ),
        ("claude-9", "did you mean 'anthropic:claude-9'"),
        ("openai:", "unknown"),
        ("mistral:large", "unknown"),
        ("openai:x y", "unknown"),
        ("anthropic:claude-9", "needs a key; mend: export ANTHROPIC_API_KEY=.*--set keys.file=PATH"),
        ("openai:gpt-9", "needs a key; mend: export OPENAI_API_KEY="),
        ("openai:m@http://me:pass@localhost/v1", "its address holds a secret"),
    ],
)
def test_a_name_that_opens_nothing_says_why(name: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as told:
        open_model(name, NONE)
    assert "pass@" not in str(told.value)


def test_names_open_models() -> None:
    keys = Keys(environment={"ANTHROPIC_API_KEY": SECRET})
    for name in ("offline", "anthropic:claude-9", "openai:org/m:free@http://localhost:11434/v1"):
        assert open_model(name, keys).name == name


def test_a_key_is_told_only_when_asked_by_name() -> None:
    key = Keys(environment={"OPENAI_API_KEY": f" {SECRET}\n"}).get("OPENAI_API_KEY")
    assert key is not None
    assert key.revealed() == SECRET
    assert SECRET not in f"{key} {key!r} {[key]}"
    assert key.hidden(f"you sent {SECRET}!") == "you sent <OPENAI_API_KEY>!"
    for written in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="not to be written down"):
            written(key)


def test_keys_come_from_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"# mine\n\nexport OPENAI_API_KEY='{SECRET}'\nANTHROPIC_API_KEY=other\n")
    for mode in (0o640, 0o604, 0o620):
        file.chmod(mode)
        with pytest.raises(ConfigError, match="mend: chmod 600"):
            Keys(str(file), {}).get("OPENAI_API_KEY")
    file.chmod(0o600)
    keys = Keys(str(file), {"ANTHROPIC_API_KEY": SECRET})
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        found = keys.get(name)
        assert isinstance(found, Key)
        assert found.revealed() == SECRET
    assert keys.get("ANOTHER") is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (SECRET.encode(), "line 1 is not NAME=value"),
        (b"\xff" + SECRET.encode(), "not UTF-8"),
        (f"K={SECRET} {SECRET}".encode(), "holds characters that no key has"),
        (SECRET.encode() * 9999, "at most 65536 bytes"),
    ],
)
def test_a_key_file_that_is_wrong_is_not_repeated(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "keys"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(ConfigError, match=words) as told:
        Keys(str(file), {}).get("K")
    assert SECRET not in str(told.value)
