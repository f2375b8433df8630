"""What the documents name is there: commands and their options, settings, files, and each other."""

import os
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import typer.main

from dgm.cli.app import app
from dgm.config import Config, Section
from dgm.paired import Paired, smallest_detectable
from dgm.report.comparison_view import comparison_view
from tests.docs.blocks import blocks, spans
from tests.docs.test_examples import DOCUMENTS, ROOT, SHELLS

SETTINGS = {
    f"{name}.{key}"
    for name, field in Config.model_fields.items()
    if isinstance(field.annotation, type) and issubclass(field.annotation, Section)
    for key in field.annotation.model_fields
}
SECTIONS = {setting.partition(".")[0] for setting in SETTINGS}
documents = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def options() -> Mapping[str, set[str]]:
    """What each command's `--help` tells of; a command of a group bears the group's name before its own."""
    return dict(_options(typer.main.get_command(app), ""))


def _options(group: Any, prefix: str) -> Iterator[tuple[str, set[str]]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _options(command, f"{prefix}{name} ")
        else:
            yield prefix + name, {"--help"} | {option for each in command.params for option in each.opts}


def parted(words: list[str], known: Mapping[str, set[str]]) -> tuple[str, list[str]]:
    """The command that a call begins with, and the rest of its words."""
    name, *rest = words
    while name not in known and rest:
        name = f"{name} {rest.pop(0)}"
    return name, rest


def calls(document: Path) -> Iterator[list[str]]:
    """Every `dgm` command that stands in a block or a sentence, as its words."""
    lines = [line for b in blocks(document) if b.language in SHELLS for line in b.commands.splitlines()]
    for line in (*lines, *spans(document)):
        if re.match(r"(\.venv/bin/)?dgm [a-z]", line):
            yield shlex.split(line, comments=True)[1:]


@documents
def test_commands_and_options_exist(document: Path) -> None:
    known = options()
    for call in calls(document):
        command, words = parted(call, known)
        assert command in known, f"dgm {command}"
        unknown = [word for word in words if re.match(r"--?[a-z]", word) and word not in known[command]]
        assert not unknown, f"dgm {command} {unknown}"
    every = set().union(*known.values())
    lonely = {span.split()[0] for span in spans(document) if re.match(r"--[a-z-]+( |$)", span)}
    assert lonely <= every | {"--as-pid-1"}


def test_every_command_is_told_of() -> None:
    known = options()
    assert {parted(call, known)[0] for document in DOCUMENTS for call in calls(document)} == known.keys()


@documents
def test_settings_exist(document: Path) -> None:
    text = " ".join([*spans(document), *(b.text for b in blocks(document) if b.language in SHELLS)])
    named = {
        found[0]
        for found in re.finditer(r"(?<![\w./])([a-z_]+)\.([a-z_]+)(?![\w(/]|\.\w)", text)
        if found[1] in SECTIONS and not (ROOT / found[1] / f"{found[2]}.py").exists()
    }
    assert named - {f"{section}.toml" for section in SECTIONS} <= SETTINGS


@documents
def test_files_and_links_exist(document: Path) -> None:
    files = {span for span in spans(document) if re.fullmatch(r"[\w.-]+(/[\w.-]+)+/?", span)}
    rooms = ("dgm/", "archive/", "benchmarks/", "sandbox/", "seed_agent/", "tests/", "scripts/", "docs/")
    ours = {name for name in files if name.startswith(rooms) and "NAME" not in name}
    assert [name for name in sorted(ours) if not (ROOT / name).exists()] == []
    links = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_hooks_are_what_make_calls() -> None:
    command = ["make", "--no-print-directory", "-n", "lint", "types", "contracts"]
    environment = {"PATH": os.environ["PATH"]}  # without what a `make test` around us leaves there
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    called = [line for line in done.stdout.splitlines() if not line.startswith("sh scripts/setup.sh")]
    text = re.sub(r">-\n\s+", "", (ROOT / ".pre-commit-config.yaml").read_text())
    assert re.findall(r"entry: (.+)", text) == called
    assert "://" not in text


def test_the_comparison_explained_is_one_that_could_be_told() -> None:
    (shown,) = [b for b in blocks(ROOT / "docs/reading-a-run.md") if "champion - seed" in b.text]
    numbers = re.findall(r"[\d,.]*\d", shown.text)
    n, both, champion, seed, neither = (int(number) for number in (numbers[4], *numbers[5:9]))
    at_once, later = Paired(both, champion, seed, neither), Paired(17, 10, 4, 29)
    assert at_once.n == n
    told = comparison_view(
        {
            **facts(at_once),
            "n": n,
            "split": "held_out",
            "smallest_detectable": smallest_detectable(n, 0.25),
            "discordance": 0.25,
            "resolved_per_usd": {"champion": None, "seed": None},
            "resolved_per_million_tokens": {"champion": 4.71, "seed": 5.83},
            "equal_cost": {"best_of": "seed", "attempts": 2, "missing": 0, **facts(later)},
            "set_aside": {"champion": 0, "seed": 0},
        }
    )
    assert shown.text.splitlines() == [line.plain for line in told]


def facts(paired: Paired) -> dict[str, Any]:
    names = ("both", "only_champion", "only_seed", "neither")
    counts = (paired.both, paired.only_a, paired.only_b, paired.neither)
    return {
        "counts": dict(zip(names, counts, strict=True)),
        "resolved": dict(zip(("champion", "seed"), paired.resolved, strict=True)),
        "difference": paired.difference,
        "interval": paired.interval(),
        "mcnemar_p": paired.mcnemar(),
    }
