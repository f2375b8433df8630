"""Data sets of a hub: fetched once by the libraries that know it, kept by commit, used without it."""

import io
import json
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.registry import open_suite
from benchmarks.swe.hub import Named, kept
from benchmarks.swe.suite import Rows
from benchmarks.task import SuiteError
from sandbox.runtime import cache_folder
from tests.benchmarks.swe.test_row_files import CLASSIC, HOUSED
from tests.benchmarks.swe.toy_rows import Toy
from tests.standins.hub import Hub, hub

needs_libraries = pytest.mark.docker  # where what asks a hub is installed
CARD = b"""---
configs:
- config_name: default
  data_files:
  - split: dev
    path: data/dev-*
  - split: test
    path: data/test-*
---
# Rows
"""
SECOND = {**HOUSED, "instance_id": "toy__a-2"}


@pytest.fixture
def serving(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with hub() as one:
        monkeypatch.setenv("HF_ENDPOINT", one.url)
        yield one


@pytest.fixture
def own() -> Iterator[str]:
    """The name of a data set that no other test has, as what is fetched is kept for this user."""
    name = f"org/{uuid.uuid4().hex}"
    yield name
    shutil.rmtree(cache_folder() / "swebench" / "hub" / name.replace("/", "--"), ignore_errors=True)


def closed(serving: Hub) -> None:
    serving.shutdown()
    serving.server_close()


def lines(*rows: dict[str, str]) -> dict[str, bytes]:
    return {"test.jsonl": "".join(json.dumps(row) + "\n" for row in rows).encode()}


def tables(*rows: dict[str, str]) -> dict[str, bytes]:
    from pyarrow import Table, parquet

    packed = io.BytesIO()
    parquet.write_table(Table.from_pylist(list(rows)), packed)
    one = packed.getvalue()
    return {"README.md": CARD, "data/dev-0-of-1.parquet": one, "data/test-0-of-1.parquet": one}


def refusal(named: str, root: Path) -> str:
    with pytest.raises(SuiteError) as refused:
        kept(Named.parse(named), root)
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.slow
@needs_libraries
def test_what_was_fetched_is_pinned_and_needs_the_hub_no_more(serving: Hub, own: str) -> None:
    commit = serving.publish(own, tables(HOUSED, SECOND))
    first = open_suite(f"swebench:hub:{own}")
    assert first.name == f"swebench:hub:{own}:test:{commit}"
    assert isinstance(first, Rows)
    assert list(first.rows) == ["toy__a-1", "toy__a-2"]

    serving.publish(own, tables(HOUSED))
    asked = list(serving.asked)
    for again in (f"swebench:hub:{own}", f"swebench:hub:{own}:test", first.name):
        assert open_suite(again).name == first.name
    assert serving.asked == asked
    newer = open_suite(f"swebench:hub:{own}:test:main")
    assert isinstance(newer, Rows)
    assert (list(newer.rows), newer.name == first.name) == (["toy__a-1"], False)

    closed(serving)
    assert open_suite(f"swebench:hub:{own}").name == newer.name
    old = open_suite(first.name)
    assert isinstance(old, Rows)
    assert old.rows == first.rows


@pytest.mark.slow
@pytest.mark.docker
def test_a_run_is_resumed_and_replayed_when_the_hub_is_gone(
    serving: Hub, own: str, toys: Toy, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    commit = serving.publish(own, tables(*(toys.row(name) for name in ("price", "text", "clock"))))
    small = ("workers=1", "budget.evaluations=1", "budget.expansions=1")
    sets = [word for each in small for word in ("--set", each)]
    command("run", "--run", str(run), "--suite", f"swebench:hub:{own}", *sets)
    assert f'name = "swebench:hub:{own}:test:{commit}"' in (run / "run.toml").read_text()
    serving.publish(own, tables(HOUSED))
    closed(serving)
    command("resume", str(run), "--set", "budget.evaluations=2")
    assert "exact" in command("replay", str(run), "0")
    command("check", str(run))


def command(*words: str) -> str:
    done = subprocess.run([sys.executable, "-m", "dgm", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
@needs_libraries
def test_lines_are_read_as_tables_are_and_altered_ones_refused(serving: Hub, tmp_path: Path) -> None:
    serving.publish("org/lines", lines(HOUSED, SECOND))
    serving.publish("org/tables", tables(HOUSED, SECOND))
    (_, one), (_, other) = (kept(Named.parse(f"hub:org/{name}"), tmp_path) for name in ("lines", "tables"))
    assert Rows(one).rows == Rows(other).rows
    named, file = kept(Named.parse("hub:org/tables:dev"), tmp_path)
    assert named.split == "dev"
    file.write_text(file.read_text().replace("toy__a-1", "toy__b-1"))
    assert "has changed since it was fetched; mend: remove it" in refusal("hub:org/tables:dev", tmp_path)
    file.unlink()
    assert kept(named, tmp_path) == (named, file)


@pytest.mark.slow
@needs_libraries
def test_what_can_not_be_had_is_told_in_a_line_and_nothing_is_kept(serving: Hub, tmp_path: Path) -> None:
    serving.publish("org/classic", lines(CLASSIC))
    serving.publish("org/other", lines({"question": "why?"}))
    serving.publish("org/odd", lines({**HOUSED, "eval_type": "both"}))
    serving.publish("org/rows", tables(HOUSED))
    serving.publish("org/empty", {"README.md": b"# Nothing\n"})
    serving.publish("org/gated", lines(HOUSED))
    serving.gated.add("org/gated")
    for named, said in {
        "hub:org/classic": "org/classic:test: row 1: is in the classic form, without eval_script; mend: ",
        "hub:org/other": "org/other:test: row 1: instance_id: Field required",
        "hub:org/odd": "org/odd:test: row 1: eval_type: ",
        "hub:org/rows:train": "no split 'train'; allowed: dev, test",
        "hub:org/rows:test:v9": "has no revision 'v9' of it",
        "hub:org/empty": "can't be fetched: ",
        "hub:org/gated": "mend: ask there, and set HF_TOKEN",
        "hub:org/none": "has no such data set, or not for everyone",
    }.items():
        assert said in refusal(named, tmp_path)
    closed(serving)
    assert f"{serving.url} can't be reached: " in refusal("hub:org/rows", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_without_the_libraries_the_mend_is_told(tmp_path: Path) -> None:
    asks = "import sys; sys.modules['datasets'] = None; from dgm.cli import main; sys.argv[1:] = "
    words = ["tasks", "list", f"swebench:hub:org/{uuid.uuid4().hex}"]
    done = subprocess.run(
        [sys.executable, "-c", f"{asks}{words}; main()"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    assert "library datasets, which is not here; mend: pip install 'dgm[swebench]'" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("named", ["hub:rows", "hub:a/b/c", "hub:../etc", "hub:a/b:", "hub:a/b:test:x y"])
def test_what_names_no_data_set_is_told(named: str) -> None:
    with pytest.raises(SuiteError, match=r"expected hub:OWNER/NAME\[:SPLIT\[:REVISION\]\]"):
        open_suite(f"swebench:{named}")
