"""A suite that is a file of rows in swebench 5's form."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from benchmarks.notes import NAME, Notebook
from benchmarks.placed import PlacedSuite
from benchmarks.rows import HousedRow, read_rows
from benchmarks.splits import drawn
from benchmarks.swe import hub
from benchmarks.swe.images import Images
from benchmarks.swe.prepared import Shelf
from benchmarks.swe.verdict import need_swebench
from benchmarks.task import Split, SuiteError, Task
from sandbox.base import Sandbox
from sandbox.runtime import cache_folder

PUBLISHED = Path(__file__).with_name("published.json")


class Rows(PlacedSuite):
    """`swebench:FILE`, or `swebench:FILE@NAME` for the rows of a published subset.

    `hub:OWNER/NAME` for FILE is a data set of a hub; the suite's name then holds its split and its commit.
    Splits are halves drawn with seed 0, as long as `<FILE>.dgm.json` tells no others; a published subset is
    for searching. A row is a task once it is prepared, as it is its image that holds the repository.

    Raises:
        SuiteError: the file can't be read, holds classic rows, or lacks rows of the subset.
    """

    def __init__(self, place: Path) -> None:
        text, at, subset = str(place).partition("@")
        file = Path(text)
        if text.startswith(hub.PREFIX):
            named, file = hub.kept(hub.Named.parse(text), cache_folder() / "swebench" / "hub")
            text = str(named)
        else:
            text = str(file.resolve())
        super().__init__(f"swebench:{text}{at}{subset}", file.parent)
        self.notebook = Notebook(file.parent, f"{file.name}.{NAME}")
        self._shelf = Shelf(cache_folder() / "swebench")
        self._subset = subset
        if not file.is_file():
            raise SuiteError(
                f"{text}: no such file; mend: a .json, .jsonl or .parquet, or hub:OWNER/NAME for a data set "
                "of a hub"
            )
        self.rows = _chosen({row.instance_id: row for row in read_rows(file, HousedRow, text)}, subset, text)

    def prepare(self, sandbox: Sandbox, say: Callable[[str], object], registry: str | None = None) -> None:
        """Have every row's image and its repository at hand; `registry` goes before the images' names.

        An image that was prepared counts by its digest, whatever its name has come to mean since.

        Raises:
            SandboxError: no container engine answers, it has no room, or an image can't be had.
            SuiteError: swebench is not there, or an image does not hold what its row says.
        """
        need_swebench()
        with Images(registry) as images:
            known = {name: self._shelf.read(row) for name, row in self.rows.items()}
            away = [
                row
                for name, row in self.rows.items()
                if (one := known[name]) is None or not images.has(one.image)
            ]
            images.fetch([row.image for row in away], say)
            for number, row in enumerate(away, 1):
                digest, one = images.digest(row.image), known[row.instance_id]
                if one is None or one.image != digest:
                    say(f"[{number}/{len(away)}] preparing {row.instance_id}")
                    self._shelf.prepare(row, digest, sandbox)

    def read(self, splits: Mapping[str, Split]) -> Mapping[str, Task]:
        """Every row that a task could be made of, by id."""
        known = {name: self._shelf.read(row) for name, row in self.rows.items()}
        missing = [name for name, one in known.items() if one is None]
        if missing:
            raise SuiteError(
                f"suite {self.name}: {len(missing)} of {len(known)} rows are not prepared, {missing[0]} the "
                f"first; mend: dgm tasks prepare {self.name}"
            )
        tasks = [
            self._shelf.task(row, one, "search")
            for name, row in self.rows.items()
            if (one := known[name]) is not None and one.fault is None
        ]
        halved = drawn(tasks, {"search": 1.0, "held_out": 1.0}, 0) if not splits and not self._subset else {}
        of = {**halved, **splits}
        return {task.id: replace(task, split=of.get(task.id, "search")) for task in tasks}

    @cached_property
    def set_aside(self) -> Mapping[str, str]:
        """Why which rows are not used."""
        known = {name: self._shelf.read(row) for name, row in self.rows.items()}
        faults = {name: one.fault for name, one in known.items() if one is not None and one.fault}
        return {**super().set_aside, **faults}


def published() -> Mapping[str, Iterable[str]]:
    """The ids of published subsets, by name."""
    subsets: Mapping[str, Iterable[str]] = json.loads(PUBLISHED.read_text())["subsets"]
    return subsets


def _chosen(rows: Mapping[str, HousedRow], subset: str, file: str) -> Mapping[str, HousedRow]:
    if not subset:
        return rows
    subsets = published()
    if subset not in subsets:
        raise SuiteError(f"subset {subset!r} is unknown; allowed: {', '.join(subsets)}")
    wanted = list(subsets[subset])
    missing = [name for name in wanted if name not in rows]
    if missing:
        raise SuiteError(
            f"{file}: lacks {len(missing)} of the {len(wanted)} rows of {subset}, {missing[0]} the first"
        )
    return {name: rows[name] for name in wanted}
