"""Data sets of rows on a hub: fetched once, and kept by revision and digest."""

import hashlib
import importlib.util
import os
import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from benchmarks.replacing import replace_file
from benchmarks.rows import HousedRow, read_rows
from benchmarks.swe import download
from benchmarks.swe.apart import Broken, answered
from benchmarks.swe.verdict import MEND
from benchmarks.task import SuiteError

PREFIX = "hub:"
SECONDS = 3600.0
_NAMED = re.compile(
    r"hub:(?P<dataset>\w[\w.-]{0,95}/\w[\w.-]{0,95})(:(?P<split>\w[\w.-]{0,95})(:(?P<revision>\w[\w./-]{0,95}))?)?",
    re.ASCII,
)
_COMMIT = re.compile("[0-9a-f]{40}").fullmatch
_NOTE = "kept.json"


class _Kept(BaseModel):
    """What is here of one split: the SHA-256 of its rows by commit, and the commit that was fetched last."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    latest: str = Field(pattern="^[0-9a-f]{40}$")
    digests: dict[str, str]


@dataclass(frozen=True, slots=True)
class Named:
    """`hub:OWNER/NAME[:SPLIT[:REVISION]]`, split `test` if absent. A commit as revision pins it."""

    dataset: str
    split: str
    revision: str | None

    @classmethod
    def parse(cls, text: str) -> Self:
        """What `text` names.

        Raises:
            SuiteError: nothing.
        """
        found = _NAMED.fullmatch(text)
        if found is None:
            raise SuiteError(f"{text}: expected hub:OWNER/NAME[:SPLIT[:REVISION]]")
        return cls(found["dataset"], found["split"] or "test", found["revision"])

    def __str__(self) -> str:
        named = f"{PREFIX}{self.dataset}:{self.split}"
        return named if self.revision is None else f"{named}:{self.revision}"


def kept(named: Named, root: Path) -> tuple[Named, Path]:
    """The same data set pinned to a commit, and the file of its rows, somewhere under `root`.

    The hub is asked only for what is not there: without a revision, the commit that was fetched last will do.

    Raises:
        SuiteError: the hub does not have it, its rows are of another form, or the file was altered.
    """
    place = root / named.dataset.replace("/", "--") / named.split
    known = _read(place)
    commit = named.revision or (known.latest if known else None)
    if known is None or commit not in known.digests or not _file(place, commit).exists():
        commit = _fetch(named if commit is None else replace(named, revision=commit), place)
    elif hashlib.sha256(_file(place, commit).read_bytes()).hexdigest() != known.digests[commit]:
        raise SuiteError(f"{_file(place, commit)}: has changed since it was fetched; mend: remove it")
    return replace(named, revision=commit), _file(place, commit)


def _fetch(named: Named, place: Path) -> str:
    if importlib.util.find_spec("datasets") is None:
        raise SuiteError(f"{named}: hubs are asked by the library datasets, which is not here; mend: {MEND}")
    with tempfile.TemporaryDirectory(prefix="dgm-hub-") as work:
        answer = _asked(named, Path(work))
        commit = str(answer.get("revision"))
        if "refused" in answer or not _COMMIT(commit):
            raise SuiteError(f"{named}: {answer.get('refused', 'the hub names no commit for it')}")
        rows = Path(work, download.ROWS)
        list(read_rows(rows, HousedRow, str(named)))  # what can't be used is not kept
        data = rows.read_bytes()
    known = _read(place)
    digest = hashlib.sha256(data).hexdigest()
    if known is not None and known.digests.get(commit, digest) != digest:
        raise SuiteError(f"{named}: the hub gives other rows for commit {commit[:12]} than it gave before")
    digests = {**(known.digests if known else {}), commit: digest}
    place.mkdir(parents=True, exist_ok=True)
    replace_file(_file(place, commit), data)
    replace_file(place / _NOTE, _Kept(latest=commit, digests=digests).model_dump_json(indent=1).encode())
    return commit


def _asked(named: Named, work: Path) -> Mapping[str, str]:
    # Nothing stays behind but the one file: not in the libraries' own caches.
    caches = {f"HF_{name}_CACHE": str(work / name.lower()) for name in ("HUB", "DATASETS", "MODULES", "XET")}
    quiet = {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    wanted = {"dataset": named.dataset, "revision": named.revision, "split": named.split}
    try:
        return answered(download, wanted, work, SECONDS, {**os.environ, **caches, **quiet})
    except subprocess.TimeoutExpired:
        raise SuiteError(f"{named}: was not fetched in {SECONDS:.0f} s") from None
    except Broken as error:
        raise SuiteError(f"{named}: can't be fetched: {error}") from None


def _read(place: Path) -> _Kept | None:
    try:
        return _Kept.model_validate_json((place / _NOTE).read_bytes())
    except (OSError, ValidationError):
        return None


def _file(place: Path, commit: str) -> Path:
    return place / f"{commit}.jsonl"
