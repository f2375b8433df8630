import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenes import USAGE, miniature

from archive.base import ArchiveError
from archive.events import (
    EVENTS,
    AgentId,
    Asked,
    Born,
    Called,
    Digest,
    Event,
    Failed,
    Probed,
    Reserved,
    Scored,
    Stopped,
    TaskId,
)
from archive.journal import replay, segments
from archive.lines import (
    FIRST,
    MAX_FLAG,
    MAX_FLAGS,
    MAX_LINE,
    VERSION,
    LineError,
    decode,
    encode,
    version_of,
)
from sandbox.tree import TreeHash

AT = datetime(2026, 11, 20, 23, 45, 10, tzinfo=UTC)
SAMPLES = Path(__file__).parent.parent / "journals"
digits = st.text("0123456789abcdef", min_size=40, max_size=40)
agents = digits.map(AgentId)
digests = st.text("0123456789abcdef", min_size=64, max_size=64).map(Digest)
words = st.text(min_size=1, max_size=20)
reasons = st.text(st.characters(), max_size=900)
numbers = st.integers(0, 2**70)
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(Failed, numbers, st.sampled_from(["agent", "ours"]), reasons),
    st.builds(
        Scored,
        ticket=numbers,
        agent=agents,
        task=words.map(TaskId),
        split=words,
        verdict=st.sampled_from(["resolved", "unresolved"]),
        reason=reasons,
        patch=digests,
        detail=digests,
        usage=st.just(USAGE),
        seconds=st.floats(0, 1e9),
    ),
    st.builds(
        Called,
        *[numbers] * 3,
        role=st.just("solve"),
        model=st.just("m"),
        request=st.just("a" * 64),
        reply=st.just("b" * 64),
        usage=st.just(USAGE),
        saved=st.just(0) | numbers,
        estimated=st.just(0) | numbers,
    ),
    st.builds(
        Asked,
        ticket=numbers,
        job=st.sampled_from(["expand", "merge", "evaluate"]),
        purpose=st.sampled_from(["search", "held_out", "bench", "floor"]),
        reserve=numbers,
        why=st.dictionaries(words, st.none() | st.booleans() | st.integers() | words, max_size=5),
        parents=st.lists(agents, max_size=2).map(tuple),
        agent=st.none() | agents,
        task=st.none() | words.map(TaskId),
        repeat=numbers,
    ),
    st.builds(
        Born,
        ticket=numbers,
        agent=agents,
        ordinal=numbers,
        parents=st.lists(agents, max_size=2).map(tuple),
        tree=digits.map(TreeHash),
        summary=digests,
        flags=st.lists(st.text(min_size=1, max_size=MAX_FLAG), max_size=MAX_FLAGS).map(tuple),
    ),
    st.builds(Stopped, reasons, st.none() | agents),
)


def line_of(event: Event) -> bytes:
    return encode(event, AT, FIRST).removesuffix(b"\n")


@given(events)
def test_an_event_is_read_back_as_it_was(event: Event) -> None:
    line = line_of(event)
    assert decode(line) == (AT, FIRST, event)
    assert len(line) < MAX_LINE
    assert line.isascii()
    assert b"\n" not in line
    assert line.decode().splitlines() == [line.decode()]


@given(st.text(st.characters(), max_size=20_000))
def test_no_reason_is_too_strange_or_too_long(reason: str) -> None:
    line = line_of(Failed(1, "agent", reason))
    event = decode(line)[2]
    assert isinstance(event, Failed)
    # JSON joins what looks like two halves of one character.
    assert line_of(event) == line
    assert len(line) < MAX_LINE


def test_a_line_is_flat_json_in_a_fixed_order() -> None:
    usage_in_place = line_of(Failed(41, "ours", "x", USAGE, 2.5))
    assert usage_in_place.decode() == (
        '{"v": 2, "at": "2026-11-20T23:45:10Z", "prev": "0000000000000000", "event": "failed", '
        '"ticket": 41, "owner": "ours", "reason": "x", "calls": 1, "tokens_in": 100, "tokens_out": 20, '
        '"micro_usd": 350, "tokens_cached": 60, "seconds": 2.5, "estimated": 0}'
    )


CHILD = Born(1, AgentId("a" * 40), 1, (), TreeHash("b" * 40), Digest("c" * 64), flags=("bold",))


def test_flags_are_written_only_where_there_are_any_and_are_few_and_short() -> None:
    assert line_of(CHILD).endswith(b'"seconds": 0.0, "flags": ["bold"]}')
    assert line_of(dataclasses.replace(CHILD, flags=())).endswith(b'"seconds": 0.0}')
    widest = dataclasses.replace(CHILD, flags=("\U0001f600" * MAX_FLAG,) * MAX_FLAGS)
    assert decode(line_of(widest))[2] == widest
    for flags in (("",), ("x" * (MAX_FLAG + 1),), ("x",) * (MAX_FLAGS + 1)):
        with pytest.raises(ArchiveError, match="'born' event can't be written: key 'flags'"):
            line_of(dataclasses.replace(CHILD, flags=flags))


def changed(**changes: object) -> bytes:
    record = json.loads(line_of(Failed(41, "ours", "x", USAGE, 2.5))) | changes
    return json.dumps({key: value for key, value in record.items() if value is not ...}).encode()


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b"", "no JSON"),
        (b"garbage", "no JSON"),
        (b"[1]", "no JSON object"),
        (b"\xff", "not ASCII"),
        ('{"reason": "\u00e9"}'.encode(), "not ASCII"),
        (b"[" * 100_000, "longer than"),
        (b"[" * 10_000, "nested too deeply"),
        (b" " * MAX_LINE, "longer than"),
        (changed(v=3), "key 'v'"),
        (changed(v=True), "key 'v': bool where int belongs"),
        (changed(prev=1), "key 'prev'"),
        (changed(at="2026-11-20T23:45:10+00:00"), "key 'at'"),
        (changed(at="2026-13-20T23:45:10Z"), "key 'at'"),
        (changed(event="exploded"), "no event is called 'exploded'"),
        (changed(event=["failed"]), "key 'event'"),
        (changed(event="stopped"), "key 'champion' is missing"),
        (changed(owner="nobody"), "key 'owner'"),
        (changed(owner=...), "key 'owner' is missing"),
        (changed(extra=1), "key 'extra' is unknown"),
        (changed(ticket="41"), "key 'ticket': str where int belongs"),
        (changed(ticket=-1), "negative"),
        (changed(seconds=2), "key 'seconds': int where float belongs"),
        (changed(reason="x" * 2_000), "key 'reason'"),
        (changed().replace(b"2.5", b"NaN"), "NaN is no number"),
        (changed().replace(b"41", b"9" * 5000), "no JSON"),
        (changed().replace(b'"v": 1, ', b"").replace(b"{", b'{"ticket": 1, "v": 1, '), "out of order"),
    ],
)
def test_anything_else_is_refused_by_name(line: bytes, complaint: str) -> None:
    with pytest.raises(LineError, match=complaint):
        decode(line)


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("version-*")), ids=lambda path: path.name)
def test_every_format_version_is_still_read(sample: Path) -> None:
    fold = replay(segments(sample))
    since = {"version-1": {Reserved, Probed}, "version-2": set()}
    assert {type(entry.event) for entry in fold.entries} == set(EVENTS.values()) - since[sample.name]
    assert len(fold.lineage) == 3
    assert fold.rebuilding() == frozenset()


def test_the_current_version_has_its_sample() -> None:
    sample = replay(segments(SAMPLES / f"version-{VERSION}"))
    assert [entry.event for entry in sample.entries] == [step.event for step in miniature()]
    assert all(dataclasses.is_dataclass(entry.event) for entry in sample.entries)


def test_a_call_tells_what_was_saved_or_guessed_only_where_something_was() -> None:
    called = Called(1, 1, 1, "solve", "m", "a" * 64, "b" * 64, USAGE)
    assert not {"saved", "estimated"} & json.loads(line_of(called)).keys()
    for word in ("saved", "estimated"):
        some = dataclasses.replace(called, **{word: 7})
        assert line_of(some).endswith(f'"status": "answered", "{word}": 7}}'.encode())
        assert decode(line_of(some))[2] == some
        with pytest.raises(LineError, match=f"key '{word}'"):
            decode(line_of(some).replace(b": 7}", b': "7"}'))


def test_a_line_of_the_first_version_has_no_new_fields_and_is_read_with_their_defaults() -> None:
    called = Called(1, 1, 1, "solve", "m", "a" * 64, "b" * 64, USAGE, "length")
    line = encode(called, AT, FIRST, version=1).removesuffix(b"\n")
    assert "status" not in json.loads(line)
    assert "tokens_cached" not in json.loads(line)
    usage = dataclasses.replace(USAGE, tokens_cached=0)
    assert decode(line)[2] == dataclasses.replace(called, usage=usage, status="answered")
    assert version_of(line) == 1
    with pytest.raises(LineError, match="key 'status' is unknown"):
        decode(json.dumps(json.loads(line) | {"status": "length"}).encode())
