"""A recorded conversation served again: exactly as it was, or with the first thing that differs."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from archive.base import ArchiveError
from archive.events import Usage
from dgm.gateway import Call
from dgm.models.base import ChatReply, ChatRequest, Message, ModelError, Refusal, Tool, digest
from dgm.models.cassette import CASSETTES, Recording, read_records, transcript_lines
from dgm.models.player import Player, Rerun
from dgm.models.scripted import Replies

SEEN = ("3 failed in 0.31s\n2026-11-20 10:00:01 <Cart at 0x7f00aa11>", "all 3 passed in 1 s")


def answer(words: str) -> ChatReply:
    message = Message(role="assistant", content=words)
    return ChatReply(message=message, finish_reason="stop", tokens_in=9, tokens_out=3, model="m")


REPLIES = [answer(words) for words in ("run the tests", "mend 0x7f00aa11", "done")]
SERVED = [reply.model_copy(update={"served": True}) for reply in REPLIES]


def conversation(seen: Sequence[str] = SEEN, replies: Sequence[ChatReply] = REPLIES) -> list[ChatRequest]:
    """The requests of an agent that repeats all that was said, and adds what it saw."""
    messages = [Message(role="system", content="Be brief."), Message(role="user", content="total is off")]
    requests = [ChatRequest(model="solve", messages=tuple(messages), seed=3)]
    for reply, words in zip(replies, seen, strict=False):
        messages += [reply.message, Message(role="user", content=words)]
        requests.append(ChatRequest(model="solve", messages=tuple(messages), seed=3))
    return requests


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    with Recording(tmp_path, 7, 1) as recording:
        for n, (request, reply) in enumerate(zip(conversation(), REPLIES, strict=True), 1):
            recording.add(Call(n, "solve", request, reply, Usage(1, 9, 3, 0)))
            assert len((tmp_path / CASSETTES / "7-1.jsonl").read_bytes().splitlines()) == n
    return tmp_path


def player(folder: Path) -> Player:
    return Player(folder, 7, 1, {n: digest(reply) for n, reply in enumerate(REPLIES, 1)})


def play(folder: Path, requests: Sequence[ChatRequest]) -> Player:
    """The player after `requests`, each answered as recorded until one differs."""
    playing = player(folder)
    for request, reply in zip(requests, SERVED, strict=False):
        try:
            assert playing.complete(request) == reply
        except ModelError:
            break
    return playing


def test_the_same_conversation_is_exact(recorded: Path) -> None:
    played = play(recorded, conversation())
    assert (played.fidelity, played.difference, played.unplayed) == ("exact", None, 0)


def test_what_honest_runs_differ_in_is_equal_after_normalisation(recorded: Path) -> None:
    later = ("3 failed in 12.40s\n2027-01-02 11:30:59 <Cart at 0x55d0c0ffee00>", "all 3 passed in 14 s")
    played = play(recorded, conversation(later))
    assert (played.fidelity, played.difference, played.unplayed) == ("equal after normalisation", None, 0)


def test_an_exact_call_after_an_equal_one_leaves_it_equal(recorded: Path) -> None:
    requests = [conversation()[0], conversation(("3 failed in 9.99s\n" + SEEN[0].split("\n")[1],))[1]]
    played = play(recorded, [*requests, conversation()[2]])
    assert played.fidelity == "equal after normalisation"


def test_anything_else_diverges_with_the_first_difference(recorded: Path) -> None:
    played = play(recorded, conversation((SEEN[0].replace("3 failed", "2 failed"), SEEN[1])))
    assert played.fidelity == "diverged"
    assert played.difference is not None
    assert played.difference.startswith("call 2: recorded ...")
    assert "3 failed in <duration>" in played.difference.partition("came")[0]
    assert "2 failed in <duration>" in played.difference.partition("came")[2]
    assert played.unplayed == 2


def test_after_the_conversation_diverged_nothing_is_served(recorded: Path) -> None:
    played = play(recorded, conversation(("something else",)))
    first = played.difference
    for request in conversation()[1:]:
        with pytest.raises(ModelError, match="diverged: call 2") as refused:
            played.complete(request)
        assert refused.value.owner == "agent"
    assert (played.fidelity, played.difference) == ("diverged", first)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"seed": 4}, "other tools or settings"),
        ({"tools": (Tool.model_validate({"function": {"name": "bash"}}),)}, "other tools or settings"),
        ({"messages": conversation()[0].messages[:1]}, "recorded 2 new messages, came 1"),
        ({"messages": conversation()[0].messages[::-1]}, '"role":"system"'),
    ],
)
def test_a_difference_outside_of_the_words_is_named_too(
    recorded: Path, changed: dict[str, Any], words: str
) -> None:
    played = play(recorded, [conversation()[0].model_copy(update=changed)])
    assert played.fidelity == "diverged"
    assert words in (played.difference or "")


def test_a_rewritten_past_diverges(recorded: Path) -> None:
    """An agent that forgets and sums up sends other old messages, not only new ones."""
    requests = conversation()
    short = requests[2].model_copy(update={"messages": (requests[0].messages[1], *requests[2].messages[4:])})
    played = play(recorded, [*requests[:2], short])
    assert played.fidelity == "diverged"
    assert (played.difference or "").startswith("call 3: ")


def test_an_agent_that_forgets_is_recorded_and_played_alike(tmp_path: Path) -> None:
    requests = conversation()
    requests[2] = requests[2].model_copy(update={"messages": requests[2].messages[-1:]})
    with Recording(tmp_path, 7, 1) as recording:
        for n, (request, reply) in enumerate(zip(requests, REPLIES, strict=True), 1):
            recording.add(Call(n, "solve", request, reply, Usage(1, 9, 3, 0)))
    assert play(tmp_path, requests).fidelity == "exact"
    slower = requests[2].model_copy(
        update={"messages": (Message(role="user", content="all 3 passed in 9 s"),)}
    )
    assert play(tmp_path, [*requests[:2], slower]).fidelity == "equal after normalisation"
    assert [len(json.loads(line)["messages"]) for line in transcript_lines(tmp_path, 7, 1)] == [2, 1, 1]


def test_the_transcript_tells_each_message_once(recorded: Path) -> None:
    lines = [json.loads(line) for line in transcript_lines(recorded, 7, 1)]
    told = [[message["content"] for message in line["messages"]] for line in lines]
    assert told == [["Be brief.", "total is off"], [SEEN[0]], [SEEN[1]]]
    assert [line["reply"]["content"] for line in lines] == ["run the tests", "mend 0x7f00aa11", "done"]
    assert transcript_lines(recorded, 8, 1) == []


def test_a_call_too_many_diverges(recorded: Path) -> None:
    played = play(recorded, conversation())
    with pytest.raises(ModelError, match="3 calls were recorded, here is one more"):
        played.complete(conversation()[-1])
    assert played.fidelity == "diverged"


def test_calls_not_made_are_counted(recorded: Path) -> None:
    assert play(recorded, conversation()[:1]).unplayed == 2
    assert Player(recorded, 8, 1, {}).unplayed == 0


def test_a_missing_cassette_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"7-1\.jsonl: missing"):
        player(tmp_path)


def reply_byte(data: bytes) -> bytes:
    return data.replace(b"run the tests", b"run the tasts")


def no_last_line(data: bytes) -> bytes:
    return b"".join(data.splitlines(keepends=True)[:-1])


def torn_line(data: bytes) -> bytes:
    return data.replace(b"\n", b"\x00\n", 1)


def no_request(data: bytes) -> bytes:
    return data.replace(b'"request"', b'"requests"', 1)


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (reply_byte, "the reply of call 1 is not the one the journal tells of"),
        (no_last_line, "the reply of call 3 is not the one the journal tells of"),
        (torn_line, "line 1 is damaged"),
        (no_request, "line 1 is damaged"),
    ],
)
def test_a_cassette_that_is_not_what_was_recorded_is_refused(
    recorded: Path, harm: Callable[[bytes], bytes], words: str
) -> None:
    path = recorded / CASSETTES / "7-1.jsonl"
    path.write_bytes(harm(path.read_bytes()))
    with pytest.raises(ArchiveError, match=words):
        player(recorded)


def test_words_beyond_unicode_are_kept_as_they_came(tmp_path: Path) -> None:
    odd = ChatRequest.model_validate(
        json.loads(r'{"model":"solve","messages":[{"role":"user","content":"\ud800"}]}')
    )
    with Recording(tmp_path, 7, 1) as recording:
        recording.add(Call(1, "solve", odd, REPLIES[0], Usage(1)))
    playing = Player(tmp_path, 7, 1, {1: digest(REPLIES[0])})
    assert playing.complete(odd) == SERVED[0]
    assert playing.fidelity == "exact"


def refused_at_the_second_call(folder: Path) -> dict[int, str]:
    """A recording whose second request was refused and whose third was answered; the journal's digests."""
    replies = [REPLIES[0], Refusal(refusal="too long"), REPLIES[2]]
    with Recording(folder, 7, 1) as recording:
        for n, (request, reply) in enumerate(zip(conversation(), replies, strict=True), 1):
            recording.add(Call(n, "solve", request, reply, Usage(1)))
    return {n: digest(reply) for n, reply in enumerate(replies, 1)}


def test_a_refusal_is_met_again(tmp_path: Path) -> None:
    replies = refused_at_the_second_call(tmp_path)
    for model in (
        Player(tmp_path, 7, 1, replies),
        Rerun("m", read_records(tmp_path, 7, 1, replies), model=None),
    ):
        first, second, third = conversation()
        assert model.complete(first) == SERVED[0]
        with pytest.raises(ModelError, match=r"^too long$") as refused:
            model.complete(second)
        assert (refused.value.owner, refused.value.fatal) == ("agent", False)
        assert model.complete(third) == SERVED[2]
    assert json.loads(transcript_lines(tmp_path, 7, 1)[1])["reply"] == {"refusal": "too long"}


def test_past_the_end_of_a_recording_its_failure_is_met_again_or_a_person_is_told(recorded: Path) -> None:
    records = read_records(recorded, 7, 1, {1: digest(REPLIES[0])})
    for failure, told, fatal in (("overloaded", r"^overloaded$", False), (None, "not on the cassette", True)):
        model = Rerun("m", records, model=None, failure=failure)
        model.complete(conversation()[0])
        with pytest.raises(ModelError, match=told) as missed:
            model.complete(conversation()[1])
        assert (missed.value.owner, missed.value.fatal) == ("ours", fatal)


def test_what_differs_is_asked_of_the_model_and_what_fits_again_is_served(recorded: Path) -> None:
    asked = Replies([answer("asked")])
    model = Rerun("m", read_records(recorded, 7, 1, {n: digest(r) for n, r in enumerate(REPLIES, 1)}), asked)
    first, second, third = conversation()
    other = second.model_copy(update={"messages": (*second.messages[:-1], first.messages[1])})
    said = [model.complete(request) for request in (first, other, third)]
    assert said == [SERVED[0], answer("asked"), SERVED[2]]
    assert asked.requests == [other]
