"""Time to open a run of 100,000 journal lines, against reading the same file as JSON lines.

`python tests/perf/journal_open.py`; exits 1 past the target.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from archive.commits import Commit
from archive.disk import DiskArchive
from archive.events import AgentId, Asked, Born, Called, Digest, Event, Scored, TaskId, Usage
from archive.journal import SEGMENT_BYTES, TAIL
from archive.lines import FIRST, encode, link
from sandbox.tree import Tree

LINES = 100_000
TARGET = 2.5
USAGE = Usage(3, 12_000, 900, 45_000)
AT = datetime(2026, 11, 20, 23, 45, 10, tzinfo=UTC)


def events(root: AgentId, tree: Tree, blob: Digest) -> list[Event]:
    """A born root, then evaluations of it: asked, two calls, scored."""
    made: list[Event] = [Born(0, root, 0, (), tree.hash, blob)]
    for ticket in range(1, LINES // 4 + 1):
        why = {"candidates": [0, 1, 2], "draw": 0.25, "evidence": [[3, 4], [1, 2]]}
        made.append(
            Asked(ticket, "evaluate", "search", 0, why, agent=root, task=TaskId(f"kata/task-{ticket}"))
        )
        for n in (1, 2):
            made.append(Called(ticket, 1, n, "solve", "offline", "a" * 64, "b" * 64, USAGE))
        task = TaskId(f"kata/task-{ticket}")
        made.append(Scored(ticket, root, task, "search", "resolved", "", blob, blob, USAGE + USAGE, 12.5))
    return made[:LINES]


def write(folder: Path) -> list[Path]:
    """A run on disk with its journal in segments, made without 100,000 fsyncs."""
    tree = Tree({"agent.toml": b""})
    with DiskArchive.create(folder, 0) as archive:
        root = archive.commit(0, (), tree, "seed", 0)
        assert root == Commit.of(tree.hash, (), "seed", 0).id
        blob = archive.put(b"s")
    prev, lines, size, paths = FIRST, list[bytes](), 0, list[Path]()
    for event in events(root, tree, blob):
        line = encode(event, AT, prev)
        prev = link(line[:-1])
        if size + len(line) > SEGMENT_BYTES:
            paths.append(folder / f"journal-{len(paths) + 1:06}.jsonl")
            paths[-1].write_bytes(b"".join(lines))
            lines, size = [], 0
        lines.append(line)
        size += len(line)
    (folder / TAIL).write_bytes(b"".join(lines))
    return [*paths, folder / TAIL]


def seconds(work: Callable[[], object]) -> float:
    """The best of three."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        kept = work()
        best = min(best, time.perf_counter() - start)
        del kept
    return best


def main() -> int:
    """Print the figures; 1 if the target was missed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "run")
        paths = write(folder)

        def json_lines() -> list[object]:
            return [json.loads(line) for path in paths for line in path.read_bytes().split(b"\n") if line]

        def opened() -> int:
            with DiskArchive.open(folder) as archive:
                return len(archive.entries())

        baseline = seconds(json_lines)
        ours = seconds(opened)
        assert opened() == LINES
    ratio = ours / baseline
    print(f"open a run of {LINES:,} lines: {ours:.2f} s; json.loads of each line: {baseline:.2f} s")
    print(f"ratio: {ratio:.2f} (target {TARGET})")
    return 0 if ratio <= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
