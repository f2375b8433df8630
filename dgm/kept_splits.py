"""A suite's splits, as a run keeps them: each its tasks, in the order that stages take them."""

import json
from collections.abc import Mapping, Sequence
from typing import get_args

from archive.base import Archive
from archive.events import Digest, Started, TaskId
from benchmarks.placed import PlacedSuite
from benchmarks.splits import spread
from benchmarks.task import Split, Suite


def keep(archive: Archive, suite: Suite, seed: int) -> Digest:
    """Put the splits of a suite into a blob, for the run's first line to name."""
    splits = {name: [task.id for task in spread(suite.split(name), seed)] for name in get_args(Split)}
    return archive.put(json.dumps(splits).encode())


def kept(archive: Archive) -> Mapping[Split, Sequence[TaskId]]:
    """What `keep` put there; nothing if the run did not start, or did so before splits were kept."""
    for entry in archive.entries():
        if isinstance(entry.event, Started) and entry.event.splits is not None:
            splits: Mapping[Split, Sequence[TaskId]] = json.loads(archive.blob(entry.event.splits))
            return splits
    return {}


def hold(splits: Mapping[Split, Sequence[TaskId]], suite: Suite) -> None:
    """See that a run goes on with these splits, though others were drawn since; comes before a look."""
    held: dict[str, Split] = {task: split for split, tasks in splits.items() for task in tasks}
    if held and isinstance(suite, PlacedSuite):
        suite.hold(held)
