"""Files of rows: what is read, what is refused and how that is told; published subsets."""

import json
from pathlib import Path

import pytest

from benchmarks.registry import open_suite
from benchmarks.swe.suite import Rows, published
from benchmarks.task import SuiteError

CLASSIC = {
    "instance_id": "toy__a-1",
    "repo": "toy/a",
    "base_commit": "a" * 40,
    "patch": "",
    "test_patch": "",
    "problem_statement": "It is wrong.",
    "hints_text": "Turn it round.",
    "FAIL_TO_PASS": '["t.py::a"]',
    "PASS_TO_PASS": "[]",
    "version": "1",
}
HOUSED = {
    **CLASSIC,
    "image": "toy/a:latest",
    "eval_script": "#!/bin/bash\n",
    "log_parser": "parse_log_pytest",
    "eval_type": "pass_and_fail",
}


def written(folder: Path, *rows: dict[str, str], name: str = "rows.jsonl") -> Path:
    file = folder / name
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.json"])
def test_rows_are_read_by_either_name(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(json.dumps([HOUSED] if name.endswith(".json") else HOUSED))
    suite = open_suite(f"swebench:{file}")
    assert isinstance(suite, Rows)
    (row,) = suite.rows.values()
    assert (row.FAIL_TO_PASS, row.image) == (["t.py::a"], "toy/a:latest")
    assert "Turn it round" not in row.model_dump_json()


@pytest.mark.docker  # where what reads a table is installed
def test_a_table_is_read_as_lines_are(tmp_path: Path) -> None:
    from pyarrow import Table, parquet

    table = tmp_path / "rows.parquet"
    parquet.write_table(Table.from_pylist([HOUSED, {**HOUSED, "instance_id": "toy__a-2"}]), table)
    lines = written(tmp_path, HOUSED, {**HOUSED, "instance_id": "toy__a-2"})
    assert Rows(table).rows == Rows(lines).rows


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (CLASSIC, "row 1: is in the classic form, without eval_script; mend: "),
        ({**HOUSED, "eval_type": "both"}, "row 1: eval_type: "),
        ({**HOUSED, "base_commit": "HEAD"}, "row 1: base_commit: "),
        ({**HOUSED, "FAIL_TO_PASS": "no list"}, "row 1: "),
    ],
)
def test_what_is_no_row_of_this_form_is_told(row: dict[str, str], said: str, tmp_path: Path) -> None:
    file = written(tmp_path, row)
    with pytest.raises(SuiteError, match=said) as refused:
        open_suite(f"swebench:{file}")
    assert str(refused.value).startswith(str(file))
    assert "\n" not in str(refused.value)


def test_what_is_no_file_is_told_with_how_a_hub_is_named() -> None:
    with pytest.raises(SuiteError, match=r"SWE-bench_Verified: no such file; mend: .* hub:OWNER/NAME"):
        open_suite("swebench:SWE-bench/SWE-bench_Verified")


def test_published_subsets_are_disjoint_and_chosen_by_name(tmp_path: Path) -> None:
    subsets = {name: list(ids) for name, ids in published().items()}
    assert {name: len(ids) for name, ids in subsets.items()} == {
        "dgm-small": 10,
        "dgm-medium": 50,
        "dgm-big": 140,
        "hgm-60": 60,
    }
    assert len({*subsets["dgm-small"], *subsets["dgm-medium"], *subsets["dgm-big"]}) == 200
    assert set(subsets["hgm-60"]) == {*subsets["dgm-small"], *subsets["dgm-medium"]}

    every = [{**HOUSED, "instance_id": name} for name in reversed(subsets["dgm-small"])]
    file = written(tmp_path, HOUSED, *every)
    chosen = open_suite(f"swebench:{file}@dgm-small")
    assert isinstance(chosen, Rows)
    assert list(chosen.rows) == subsets["dgm-small"]
    with pytest.raises(SuiteError, match="lacks 50 of the 60 rows of hgm-60"):
        open_suite(f"swebench:{file}@hgm-60")
    with pytest.raises(SuiteError, match="allowed: dgm-small, dgm-medium"):
        open_suite(f"swebench:{file}@small")
