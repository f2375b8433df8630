"""A row's repository, taken out of its image once and kept: history cut, packed for agents, and as a tree."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from benchmarks.patches import PatchError, applied
from benchmarks.replacing import replace_file
from benchmarks.rows import HousedRow
from benchmarks.swe.scripts import ARCHIVE, OUT, PREPARE
from benchmarks.task import Housed, Split, SuiteError, Task
from sandbox.base import Folder, Limits, Order, Sandbox
from sandbox.tree import Change, File, Tree, TreeHash

VERSION = 1
"""Of the script that prepares."""
FOLDER = "/testbed"
GRADING_SECONDS = 1800.0
_KEPT_TREES = 8
_LIMITS = Limits(
    wall_seconds=3600,
    cpu_seconds=3600,
    memory_mib=16_384,
    disk_mib=4096,
    processes=256,
    entries=1_000_000,
    collected_bytes=2 * 2**30,
)
_NOTE, _TREE, _UNTRACKED = "prepared.json", "tree.gz", "untracked"


class Prepared(BaseModel):
    """What is known of a row's image; `fault` says why no task can be made of it."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    image: str
    head: str
    tree: str
    disk_mib: int
    fault: str | None = None


class KeptTree(Tree):
    """A tree in a file, read when it is looked into; only the last few stay in memory."""

    __slots__ = ()

    def __init__(self, file: Path, hash_: str) -> None:
        self.__dict__.update({"file": file, "hash": TreeHash(hash_)})

    @property
    def _files(self) -> Mapping[str, File]:  # type: ignore[override]
        return _kept_files(self.__dict__["file"])


@lru_cache(maxsize=_KEPT_TREES)
def _kept_files(file: Path) -> Mapping[str, File]:
    return dict(Change.from_bytes(gzip.decompress(file.read_bytes())).written)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where what was prepared is kept, by the row."""

    root: Path

    def of(self, row: HousedRow) -> Path:
        """The folder of a row."""
        told = f"{VERSION}\n{row.model_dump_json(exclude={'difficulty'})}"
        return self.root / hashlib.sha256(told.encode()).hexdigest()[:24]

    def read(self, row: HousedRow) -> Prepared | None:
        """What is known of a row; None if it was not prepared."""
        note = self.of(row) / _NOTE
        try:
            return Prepared.model_validate_json(note.read_bytes())
        except (OSError, ValidationError):
            return None

    def task(self, row: HousedRow, known: Prepared, split: Split) -> Task:
        """The task of a row that was prepared."""
        place = self.of(row)
        untracked = (place / _UNTRACKED).read_bytes().decode("utf-8", "surrogateescape")
        return Task(
            id=row.instance_id,
            split=split,
            issue=row.problem_statement,
            repository=KeptTree(place / _TREE, known.tree),
            gold=Change.from_bytes((place / "gold").read_bytes()),
            hidden=Change.from_bytes((place / "hidden").read_bytes()).written,
            fail_to_pass=tuple(row.FAIL_TO_PASS),
            pass_to_pass=tuple(row.PASS_TO_PASS),
            grading_seconds=GRADING_SECONDS,
            housed=Housed(
                image=known.image,
                folder=FOLDER,
                packed=place / ARCHIVE,
                untracked=frozenset(filter(None, untracked.split("\0"))),
                disk_mib=known.disk_mib,
                eval_script=row.eval_script,
                log_parser=row.log_parser,
                eval_type=row.eval_type,
                repo=row.repo,
                version=row.version,
            ),
            labels={
                "repo": row.repo,
                "version": row.version,
                "base_commit": row.base_commit,
                "created_at": row.created_at,
                "language": row.language,
                "difficulty": row.difficulty,
                "maker": "swebench",
            },
        )

    def prepare(self, row: HousedRow, image: str, sandbox: Sandbox) -> Prepared:
        """Take the repository out of `image`, a digest, with all later history gone.

        Raises:
            SandboxError: the sandbox broke.
            SuiteError: the image does not hold what the row says.
        """
        end = sandbox.run(
            Order(
                command=("sh", "-c", PREPARE, "sh", row.base_commit, FOLDER),
                folders={
                    "/work": Folder(writable=True),
                    "/tree": Folder(writable=True, collect=True),
                    OUT: Folder(writable=True, collect=True),
                },
                image=image,
                limits=_LIMITS,
            )
        )
        if not end.succeeded or OUT not in end.folders or "/tree" not in end.folders:
            said = end.output.decode("utf-8", "replace").strip().splitlines()[-1:]
            lost = end.breaches[:1] if end.succeeded else ()
            raise SuiteError(
                f"{row.instance_id}: image {row.image}: no repository without later history can be had: "
                f"{' '.join((*said, *lost)) or end.how}"
            )
        out, tree = end.folders[OUT], end.folders["/tree"]
        gold = hidden = Change(Tree(), frozenset())
        fault = None
        try:
            gold = applied(row.patch.encode(), tree)
            hidden = applied(row.test_patch.encode(), tree)
        except PatchError as error:
            if not gold:
                fault = f"the known repair does not fit the image's repository: {error}"
        known = Prepared(
            image=image,
            head=out.text("head").strip()[:64],
            tree=tree.hash,
            disk_mib=int(out.text("mib")),
            fault=fault,
        )
        files = {
            ARCHIVE: out[ARCHIVE].data,
            _UNTRACKED: out["untracked"].data if "untracked" in out else b"",
            _TREE: gzip.compress(Change(tree, frozenset()).to_bytes(), 1),
            "gold": gold.to_bytes(),
            "hidden": hidden.to_bytes(),
            _NOTE: known.model_dump_json().encode(),
        }
        self._keep(self.of(row), files)
        return known

    def _keep(self, place: Path, files: Mapping[str, bytes]) -> None:
        place.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            # The note comes last: whoever finds it finds the rest.
            replace_file(place / name, data)
