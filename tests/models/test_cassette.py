"""Recorded replies are served again only to the conversation they were recorded in."""

import json
from pathlib import Path

import pytest

from archive.base import ArchiveError
from archive.events import Usage
from dgm.gateway import Call
from dgm.models.base import ChatReply, ChatRequest, Message, ModelError, digest
from dgm.models.cassette import CASSETTES, Player, Recording, transcript_lines


def request(*texts: str) -> ChatRequest:
    return ChatRequest(model="solve", messages=tuple(Message(role="user", content=text) for text in texts))


def reply(text: str) -> ChatReply:
    message = Message(role="assistant", content=text)
    return ChatReply(message=message, finish_reason="stop", tokens_in=3, tokens_out=2, model="told")


ASKED = [request("it took 1.25s"), request("it took 1.25s", "go on")]
REPLIES = {1: reply("one"), 2: reply("two")}
DIGESTS = {n: digest(each) for n, each in REPLIES.items()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Recording(tmp_path, 7, 1) as recording:
        for n, asked in enumerate(ASKED, 1):
            recording.add(Call(n, "solve", asked, REPLIES[n], Usage(1, 3, 2, 0)))
            assert len((tmp_path / CASSETTES / "7-1.jsonl").read_bytes().splitlines()) == n
    return tmp_path


def test_the_same_conversation_is_exact(folder: Path) -> None:
    player = Player(folder, 7, 1, DIGESTS)
    assert [player.complete(asked) for asked in ASKED] == list(REPLIES.values())
    assert (player.fidelity, player.difference, player.unplayed) == ("exact", None, 0)


def test_another_duration_is_equal_after_normalisation(folder: Path) -> None:
    player = Player(folder, 7, 1, DIGESTS)
    assert player.complete(request("it took 0.75s")) == REPLIES[1]
    assert player.fidelity == "equal after normalisation"
    assert player.unplayed == 1


def test_another_word_diverges_and_is_shown(folder: Path) -> None:
    player = Player(folder, 7, 1, DIGESTS)
    with pytest.raises(ModelError) as caught:
        player.complete(request("it cost 1.25s"))
    assert caught.value.owner == "agent"
    assert player.fidelity == "diverged"
    assert "call 1" in str(player.difference)
    assert "took" in str(player.difference)
    assert "cost" in str(player.difference)
    with pytest.raises(ModelError):
        player.complete(ASKED[0])


def test_one_call_more_diverges(folder: Path) -> None:
    player = Player(folder, 7, 1, DIGESTS)
    for asked in ASKED:
        player.complete(asked)
    with pytest.raises(ModelError, match="one more"):
        player.complete(request("and again"))


def test_only_what_the_journal_tells_of_is_served(folder: Path) -> None:
    path = folder / CASSETTES / "7-1.jsonl"
    records = [json.loads(line) for line in path.read_text().splitlines()]
    records[1]["reply"]["message"]["content"] = "twO"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    with pytest.raises(ArchiveError, match="reply of call 2 is not the one the journal tells of"):
        Player(folder, 7, 1, DIGESTS)
    path.write_text("garbage\n")
    with pytest.raises(ArchiveError, match="damaged"):
        Player(folder, 7, 1, DIGESTS)
    path.unlink()
    with pytest.raises(ArchiveError, match="missing"):
        Player(folder, 7, 1, DIGESTS)


def test_the_transcript_tells_each_message_once(folder: Path) -> None:
    lines = [json.loads(line) for line in transcript_lines(folder, 7, 1)]
    assert [[m["content"] for m in line["messages"]] for line in lines] == [["it took 1.25s"], ["go on"]]
    assert [line["reply"]["content"] for line in lines] == ["one", "two"]
    assert transcript_lines(folder, 8, 1) == []
