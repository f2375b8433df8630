"""Carries the miniature run on in a folder, and dies at a boundary it is told.

`crash_program.py FOLDER` runs to the end. `crash_program.py FOLDER sweep STRIDE` kills a run of its own at
every STRIDE-th boundary with SIGKILL and resumes it, each in a forked child; one JSON line a boundary.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from scenes import EPOCH, miniature, take

from archive.base import ArchiveError
from archive.check import problems
from archive.disk import DiskArchive
from archive.journal import TAIL

# A person's wishes come last and once; each kind of event must meet its boundaries twice.
STEPS = [*miniature(), *miniature()[-3:]]
NEVER = 1 << 30


def carry_on(folder: Path, crossing: Callable[[str], None], told: Callable[[int], None]) -> None:
    """To the end from wherever the folder stands; `told` hears how many events were acknowledged."""
    started = (folder / TAIL).exists()
    opened = (
        DiskArchive.open
        if started
        else lambda place, crossing: DiskArchive.create(place, EPOCH, crossing=crossing)
    )
    with opened(folder, crossing=crossing) as archive:
        told(len(archive.entries()))
        for number, step in enumerate(STEPS[len(archive.entries()) :], start=len(archive.entries()) + 1):
            take(archive, step)
            told(number)
            if number % 15 == 0:
                archive.checkpoint()
        archive.point_head(archive.lineage.agents[-1])
        archive.checkpoint()


def faults(folder: Path) -> list[str]:
    """How the finished run differs from one that was never killed."""
    found = [str(problem) for problem in problems(folder)]
    with DiskArchive.open(folder) as archive:
        if [entry.event for entry in archive.entries()] != [step.event for step in STEPS]:
            found.append("other events")
        for step in STEPS:
            if step.tree is not None and archive.tree(step.event.agent) != step.tree:  # type: ignore[union-attr]
                found.append("another tree")
    left = [path.name for path in folder.rglob("*") if path.name.endswith(".lock") or ".new-" in path.name]
    return found + left


def forked(work: Callable[[], None]) -> int:
    """The exit status of `work` in a child: 0, or minus the signal that ended it."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:
            print(repr(error), file=sys.stderr)
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(folder: Path, boundary: int) -> dict[str, object]:
    """Kill a run at its `boundary`-th crossing, resume it, and tell what came of it."""
    acknowledged, name = folder.with_suffix(".told"), folder.with_suffix(".name")

    def first() -> None:
        passed = 0

        def crossing(seam: str) -> None:
            nonlocal passed
            passed += 1
            if passed == boundary:
                name.write_text(seam)
                os.kill(os.getpid(), signal.SIGKILL)

        carry_on(folder, crossing, lambda count: acknowledged.write_text(str(count)) and None)

    status = forked(first)
    told = int(acknowledged.read_text()) if acknowledged.exists() else 0
    try:
        kept = len(DiskArchive.read(folder).entries())
        begun = True
    except ArchiveError:
        kept, begun = 0, False
    resumed = 0
    if begun:
        resumed = forked(lambda: carry_on(folder, lambda _: None, lambda _: None))
    return {
        "seam": name.read_text() if name.exists() else None,
        "status": status,
        "told": told,
        "kept": kept,
        "begun": begun,
        "resumed": resumed,
        "faults": faults(folder) if begun and resumed == 0 else [],
    }


def main(folder: Path, stride: int | None) -> None:
    if stride is None:
        carry_on(folder, lambda _: None, lambda _: None)
        return
    boundary = 1
    while True:
        outcome = killed_at(folder / str(boundary), boundary)
        print(json.dumps(outcome), flush=True)
        if outcome["seam"] is None:
            return
        boundary += stride


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[3]) if len(sys.argv) > 3 else None)
