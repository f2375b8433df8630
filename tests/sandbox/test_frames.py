"""A launcher that lies, stops or talks nonsense is never believed and never raises."""

import subprocess
import sys

import pytest

from sandbox.base import Exit, Folder, How, Limits, Order
from sandbox.frames import Pipes, Supervision, Wire, frame
from sandbox.tree import Tree

ORDER = Order(
    command=("x",),
    folders={"/w": Folder(collect=True)},
    limits=Limits(wall_seconds=5, collected_bytes=1000, entries=3),
)


def heard(data: bytes, evidence: How | None = None) -> Exit:
    """What becomes of an order whose launcher says `data` and ends."""
    script = f"import sys; sys.stdout.buffer.write(bytes.fromhex({data.hex()!r}))"
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        return Supervision(Wire(Pipes(process)), ORDER, lambda: evidence).finish()


def frames(*parts: tuple[bytes, bytes]) -> bytes:
    return b"".join(frame(kind, payload) for kind, payload in parts)


ENDED = (b"E", b"exited 0 1.0 0.5")


def test_a_whole_conversation() -> None:
    end = heard(
        frames(
            (b"O", b"out"), ENDED, (b"F", b"/w"), (b"f", b"xa/b"), (b"d", b"12"), (b"d", b"3"), (b"Z", b"")
        )
    )
    assert (end.how, end.code, end.output, end.wall_seconds, end.cpu_seconds) == (
        "exited",
        0,
        b"out",
        1.0,
        0.5,
    )
    assert end.folders["/w"]["a/b"].data == b"123"
    assert end.folders["/w"]["a/b"].executable


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nonsense that is no frame at all, and long enough",
        b"O\xff\xff\xff\xff",
        frames((b"?", b"")),
        frames((b"E", b"exited")),
        frames((b"E", b"won 0 1 1")),
        frames((b"E", b"exited zero 1 1")),
        frames((b"E", b"\xff\xfe")),
        frames((b"f", b"-a")),
        frames((b"d", b"x")),
    ],
)
def test_nonsense_is_a_vanished_launcher(data: bytes) -> None:
    end = heard(data)
    assert (end.how, end.code, end.folders) == ("vanished", None, {})
    assert len(end.breaches) == 1


@pytest.mark.parametrize(
    "lie",
    [
        [(b"F", b"/etc")],
        [(b"F", b"/w"), (b"F", b"/w")],
        [(b"F", b"/w"), (b"f", b"-a"), (b"d", b"x" * 1001)],
        [(b"F", b"/w"), *((b"f", b"-%d" % n) for n in range(4))],
        [ENDED],
        [(b"F", b"/w"), (b"f", b"-a"), (b"d", b"cut short")],
    ],
)
def test_a_folder_that_breaks_a_bound_is_missing(lie: list[tuple[bytes, bytes]]) -> None:
    end = heard(frames(ENDED, *lie))
    assert end.how == "exited"
    assert end.folders == {}
    assert end.breaches


def test_unsafe_paths_are_dropped_one_by_one() -> None:
    paths = [b"-../up", b"-/etc/passwd"]
    end = heard(
        frames(
            ENDED, (b"F", b"/w"), *((b"f", path) for path in paths), (b"f", b"-ok"), (b"d", b"k"), (b"Z", b"")
        )
    )
    assert end.folders["/w"] == Tree({"ok": b"k"})
    assert len(end.breaches) == 2


def test_breaches_are_bounded() -> None:
    end = heard(frames(ENDED, *((b"B", b"link: " + b"\xff\x1b" * 500) for _ in range(60)), (b"Z", b"")))
    assert len(end.breaches) == 50
    assert all(len(text.encode()) <= 4096 for text in end.breaches)


def test_the_kernels_word_stands_above_the_launchers() -> None:
    assert heard(b"", "memory").how == "memory"
    assert heard(frames(ENDED, (b"Z", b"")), "memory").how == "memory"
