"""Recorded model replies: written call by call while a job runs, and read again."""

import gzip
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import IO, Self

from archive.base import ArchiveError
from dgm.gateway import Call
from dgm.models.base import ChatReply, ChatRequest, Message, Refusal, Wire, canonical, digest
from dgm.models.normal import normalised

CASSETTES, TRANSCRIPTS = "cassette", "transcripts"


class Record(Wire):
    """A line of a cassette. `request` and `normal` digest the request as it came and normalised."""

    n: int
    request: str
    normal: str
    new: tuple[str, ...]
    """The request's messages after what was said before, normalised: to name what differs."""
    reply: ChatReply | Refusal


class Conversation:
    """What was said so far. A call repeats it all and adds a little, and only the little is normalised."""

    def __init__(self) -> None:
        self._messages: tuple[Message, ...] = ()
        self._texts: list[str] = []

    def hear(self, request: ChatRequest) -> int:
        """Take `request` in; returns how many of its messages had been said before."""
        pairs = zip(self._messages, request.messages, strict=False)
        said = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        self._texts[said:] = [normalised(_text(message)) for message in request.messages[said:]]
        self._messages = request.messages
        return said

    def say(self, reply: ChatReply | Refusal) -> None:
        """Take in the reply to what was heard last; a refusal adds nothing."""
        if isinstance(reply, Refusal):
            return
        self._messages = (*self._messages, reply.message)
        self._texts.append(normalised(_text(reply.message)))

    def texts(self, said: int) -> tuple[str, ...]:
        """What was heard last, without the first `said` messages, normalised."""
        return tuple(self._texts[said:])

    def normal_digest(self, request: ChatRequest) -> str:
        """A digest of `request`, which was heard last, that two honest runs have in common."""
        settings = normalised(canonical(request.model_copy(update={"messages": ()})).decode())
        return hashlib.sha256("\n".join([settings, *self._texts]).encode()).hexdigest()


class Recording:
    """Keeps one attempt's calls: the cassette durable at each call, the transcript when the attempt ends.

    Without `cassette` the transcript alone is kept, which later evidence is taken from.
    """

    def __init__(self, folder: Path, ticket: int, attempt: int, *, cassette: bool = True) -> None:
        name = f"{ticket}-{attempt}.jsonl"
        self._cassette_path = folder / CASSETTES / name
        self._transcript_path = folder / TRANSCRIPTS / f"{name}.gz"
        self._keeps_cassette = cassette
        self._file: IO[bytes] | None = None
        self._conversation = Conversation()
        self._lines: list[bytes] = []

    def add(self, call: Call) -> None:
        """Keep one call."""
        said = self._conversation.hear(call.request)
        if self._keeps_cassette:
            self._keep(
                Record(
                    n=call.n,
                    request=digest(call.request),
                    normal=self._conversation.normal_digest(call.request),
                    new=self._conversation.texts(said),
                    reply=call.reply,
                )
            )
        self._conversation.say(call.reply)
        line = {
            "n": call.n,
            "role": call.role,
            "messages": [message.model_dump(exclude_none=True) for message in call.request.messages[said:]],
            "reply": _told(call.reply).model_dump(exclude_none=True),
        }
        self._lines.append(json.dumps(line, sort_keys=True).encode())

    def _keep(self, record: Record) -> None:
        if self._file is None:
            self._cassette_path.parent.mkdir(exist_ok=True)
            self._file = self._cassette_path.open("wb")
        self._file.write(canonical(record) + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._file is not None:
            self._file.close()
        if self._lines:
            self._transcript_path.parent.mkdir(exist_ok=True)
            body = b"".join(line + b"\n" for line in self._lines)
            self._transcript_path.write_bytes(gzip.compress(body, mtime=0))


def transcript_lines(folder: Path, ticket: int, attempt: int) -> Sequence[bytes]:
    """The transcript of one attempt, a JSON object a line; empty if the attempt made no call."""
    path = folder / TRANSCRIPTS / f"{ticket}-{attempt}.jsonl.gz"
    return gzip.decompress(path.read_bytes()).split(b"\n")[:-1] if path.exists() else []


def read_records(folder: Path, ticket: int, attempt: int, replies: Mapping[int, str]) -> Mapping[int, Record]:
    """The recorded calls of one attempt; `replies` are the journal's digests, which they must match.

    Raises:
        ArchiveError: the cassette is missing, damaged, or not what the journal says.
    """
    if not replies:
        return {}
    path = folder / CASSETTES / f"{ticket}-{attempt}.jsonl"
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        raise ArchiveError(f"{path}: missing, so that its ticket can't be replayed") from None
    records: dict[int, Record] = {}
    for number, line in enumerate(lines, 1):
        try:
            record = Record.model_validate(json.loads(line))
        except ValueError:
            raise ArchiveError(f"{path}: line {number} is damaged") from None
        records[record.n] = record
    for n, expected in replies.items():
        if n not in records or digest(records[n].reply) != expected:
            raise ArchiveError(f"{path}: the reply of call {n} is not the one the journal tells of")
    return {n: records[n] for n in replies}


def _text(message: Message) -> str:
    return canonical(message).decode()


def _told(reply: ChatReply | Refusal) -> Message | Refusal:
    return reply.message if isinstance(reply, ChatReply) else reply
