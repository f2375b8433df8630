import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import miniature

from archive.base import ArchiveError
from archive.events import Asked, Event, Failed, Stopped
from archive.journal import TAIL, Journal, replay, segments

EVENTS = [step.event for step in miniature()]
SMALL = 2_000
"""Bytes of a segment, so that few events fill several."""


class PowerCut(BaseException):
    """The world ends at a boundary; what was written stays."""


def nothing(_: str) -> None:
    pass


@contextmanager
def written(events: list[Event], segment_bytes: int = 4_000_000) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        journal = Journal.begin(folder, nothing)
        journal.close()
        journal = Journal(folder, nothing, segment_bytes=segment_bytes)
        append_all(journal, events)
        journal.close()
        yield folder


def append_all(journal: Journal, events: list[Event]) -> None:
    for event in events:
        journal.append(event)


def events_in(folder: Path) -> list[Event]:
    return [entry.event for entry in replay(segments(folder)).entries]


def read_or_complaint(folder: Path) -> str:
    try:
        return f"read {len(events_in(folder))}"
    except ArchiveError as error:
        return str(error)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 40_000))
def test_any_cut_at_the_end_is_recovered(cut: int) -> None:
    with written(list(EVENTS)) as folder:
        whole = (folder / TAIL).read_bytes()
        kept = whole[: max(len(whole) - cut, 0)]
        (folder / TAIL).write_bytes(kept)
        complete = kept.count(b"\n")
        torn = kept[kept.rfind(b"\n") + 1 :]
        assert events_in(folder) == EVENTS[:complete]
        assert (folder / TAIL).read_bytes() == kept
        Journal(folder, nothing).close()
        assert events_in(folder) == EVENTS[:complete]
        moved = list(folder.glob("journal.torn-*"))
        assert [path.read_bytes() for path in moved] == ([torn] if torn else [])
        assert not torn or moved[0].name == f"journal.torn-{len(kept) - len(torn)}"


@settings(max_examples=150, deadline=None)
@given(st.floats(0, 1, exclude_max=True), st.integers(1, 255))
def test_any_flipped_byte_is_found(where: float, flip: int) -> None:
    """In the last line, which nothing follows, it may also make another event; `check` looks at those."""
    with written(list(EVENTS)) as folder:
        data = bytearray((folder / TAIL).read_bytes())
        place = int(where * len(data))
        last = data[:-1].rfind(b"\n") + 1
        data[place] ^= flip
        (folder / TAIL).write_bytes(bytes(data))
        if place < last:
            with pytest.raises(ArchiveError, match=r"line \d+: .*check --repair"):
                events_in(folder)
        else:
            kept = [event for part in segments(folder) for event in part.lines[: len(EVENTS) - 1]]
            assert kept == bytes(data[: last - 1]).split(b"\n")
            assert read_or_complaint(folder).startswith((f"{folder / TAIL} line {len(EVENTS)}", "read"))


def test_a_journal_runs_through_its_segments() -> None:
    with written(list(EVENTS), SMALL) as folder:
        names = [part.path.name for part in segments(folder)]
        assert len(names) > 3
        assert names[0] == "journal-000001.jsonl"
        assert names[-1] == TAIL
        assert all(part.path.stat().st_size <= SMALL for part in segments(folder))
        assert events_in(folder) == EVENTS
        journal = Journal(folder, nothing, segment_bytes=SMALL)
        journal.append(Stopped("again"))
        journal.close()
        assert events_in(folder) == [*EVENTS, Stopped("again")]
        (folder / "journal-000002.jsonl").unlink()
        with pytest.raises(ArchiveError, match=r"journal-000003.jsonl line 1 .*`prev`"):
            events_in(folder)


@pytest.mark.parametrize("seam", ["segment:before-rename", "segment:after-rename"])
def test_a_crash_while_a_segment_is_closed_loses_nothing(seam: str) -> None:
    with written([]) as folder:

        def cut(name: str) -> None:
            if name == seam:
                raise PowerCut

        journal = Journal(folder, cut, segment_bytes=SMALL)
        with pytest.raises(PowerCut):
            append_all(journal, EVENTS)
        told = len(events_in(folder))
        assert events_in(folder) == EVENTS[:told]
        journal.close()
        again = Journal(folder, nothing, segment_bytes=SMALL)
        append_all(again, EVENTS[told:])
        again.close()
        assert events_in(folder) == EVENTS


def test_a_second_tear_at_the_same_place_keeps_both() -> None:
    with written(list(EVENTS)) as folder:
        for torn in (b"first", b"second"):
            with (folder / TAIL).open("ab") as tail:
                tail.write(torn)
            Journal(folder, nothing).close()
        assert {path.read_bytes() for path in folder.glob("journal.torn-*")} == {b"first", b"second"}
        assert events_in(folder) == EVENTS


def test_a_reader_sees_whole_lines_while_a_writer_turns_segments() -> None:
    with written([]) as folder:
        code = (
            "import sys; from pathlib import Path\n"
            "from archive.journal import Journal; from archive.events import Stopped\n"
            "journal = Journal(Path(sys.argv[1]), lambda _: None, segment_bytes=2000)\n"
            "for number in range(600): journal.append(Stopped(str(number)))\n"
        )
        writer = subprocess.Popen([sys.executable, "-c", code, str(folder)])
        seen, looks = 0, 0
        while writer.poll() is None:
            events = events_in(folder)
            assert events == [Stopped(str(number)) for number in range(len(events))]
            assert len(events) >= seen
            seen, looks = len(events), looks + 1
        assert writer.returncode == 0
        assert len(events_in(folder)) == 600
        assert looks > 3


@pytest.mark.parametrize(
    ("line", "complaint"),
    [(b"garbage\n", "no JSON"), (b"\n", "no JSON"), (b"{}\n", "key 'event'")],
)
def test_a_bad_line_stops_with_its_number(line: bytes, complaint: str) -> None:
    with written(list(EVENTS)) as folder:
        with (folder / TAIL).open("ab") as tail:
            tail.write(line)
        for use in (lambda: Journal(folder, nothing), lambda: replay(segments(folder))):
            with pytest.raises(ArchiveError, match=rf"{TAIL} line {len(EVENTS) + 1}: .*{complaint}"):
                use()
        assert (folder / TAIL).read_bytes().endswith(line)


FILL = """
import resource, sys
from pathlib import Path
from archive.base import ArchiveError
from archive.events import Stopped
from archive.journal import Journal
journal = Journal(Path(sys.argv[1]), lambda _: None)
room = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
for reason in ("second", "third"):
    try:
        journal.append(Stopped(reason))
    except ArchiveError as error:
        print(error)
"""


def test_a_full_disk_cuts_the_torn_line_and_stops(tmp_path: Path) -> None:
    """RLIMIT_FSIZE makes the kernel write short, as a full disk does; Python ignores the signal."""
    journal = Journal.begin(tmp_path, nothing)
    journal.append(Stopped("first"))
    journal.close()
    size = (tmp_path / TAIL).stat().st_size
    command = [sys.executable, "-c", FILL, str(tmp_path), str(size + 50)]
    second, third = subprocess.run(command, capture_output=True, check=True, text=True).stdout.splitlines()
    assert "stopped at line 1: 50 of" in second
    assert "disk is full" in second
    assert "takes no more lines" in third
    assert (tmp_path / TAIL).stat().st_size == size
    assert events_in(tmp_path) == [Stopped("first")]


def test_a_failed_fsync_is_fatal_and_never_tried_again(tmp_path: Path) -> None:
    """A pipe takes writes and refuses fsync."""
    journal = Journal.begin(tmp_path, nothing)
    reading, writing = os.pipe()
    os.dup2(writing, journal._file)
    with pytest.raises(ArchiveError, match="fsync failed"):
        journal.append(Stopped("first"))
    with pytest.raises(ArchiveError, match="takes no more lines"):
        journal.append(Stopped("second"))
    os.close(writing)
    journal.close()
    with os.fdopen(reading, "rb") as pipe:
        assert pipe.read().count(b"\n") == 1


def test_a_refused_event_leaves_the_journal_working(tmp_path: Path) -> None:
    journal = Journal.begin(tmp_path, nothing)
    with pytest.raises(ArchiveError, match="never asked"):
        journal.append(Failed(1, "ours", "x"))
    journal.append(Asked(1, "expand", "search", 0, {}))
    journal.append(Failed(1, "ours", "x"))
    journal.close()
    assert len(events_in(tmp_path)) == 2
