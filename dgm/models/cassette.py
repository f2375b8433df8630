"""Recorded model replies: written call by call while a job runs, served again when it is replayed."""

import gzip
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import IO, Literal, Self

from archive.base import ArchiveError
from dgm.gateway import Call
from dgm.models.base import ChatReply, ChatRequest, Message, ModelError, Wire, canonical, digest
from dgm.models.normal import normalised

Fidelity = Literal["exact", "equal after normalisation", "diverged"]
CASSETTES, TRANSCRIPTS = "cassette", "transcripts"
_EXCERPT = 160


class _Record(Wire):
    """A line of a cassette. `request` and `normal` digest the request as it came and normalised."""

    n: int
    request: str
    normal: str
    new: tuple[str, ...]
    """The request's messages after what was said before, normalised: to name what differs."""
    reply: ChatReply


class _Conversation:
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

    def say(self, reply: ChatReply) -> None:
        """Take in the reply to what was heard last."""
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
    """Keeps one attempt's calls: the cassette durable at each call, the transcript when the attempt ends."""

    def __init__(self, folder: Path, ticket: int, attempt: int) -> None:
        name = f"{ticket}-{attempt}.jsonl"
        self._cassette_path = folder / CASSETTES / name
        self._transcript_path = folder / TRANSCRIPTS / f"{name}.gz"
        self._file: IO[bytes] | None = None
        self._conversation = _Conversation()
        self._lines: list[bytes] = []

    def add(self, call: Call) -> None:
        """Keep one call."""
        said = self._conversation.hear(call.request)
        record = _Record(
            n=call.n,
            request=digest(call.request),
            normal=self._conversation.normal_digest(call.request),
            new=self._conversation.texts(said),
            reply=call.reply,
        )
        self._conversation.say(call.reply)
        line = {
            "n": call.n,
            "role": call.role,
            "messages": [message.model_dump(exclude_none=True) for message in call.request.messages[said:]],
            "reply": call.reply.message.model_dump(exclude_none=True),
        }
        self._lines.append(json.dumps(line, sort_keys=True).encode())
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


class Player:
    """A model that serves one attempt's recorded replies by call number, and compares the requests."""

    name = "recorded"

    def __init__(self, folder: Path, ticket: int, attempt: int, replies: Mapping[int, str]) -> None:
        """`replies` are the journal's digests by call number, which the cassette must match.

        Raises:
            ArchiveError: the cassette is missing, damaged, or not what the journal says.
        """
        path = folder / CASSETTES / f"{ticket}-{attempt}.jsonl"
        self.fidelity: Fidelity = "exact"
        self.difference: str | None = None
        self._records = _read(path, replies) if replies else {}
        self._next = 1
        self._conversation = _Conversation()

    @property
    def unplayed(self) -> int:
        """Recorded calls that the agent has not made."""
        return len(self._records) - self._next + 1

    def complete(self, request: ChatRequest) -> ChatReply:
        """The recorded reply of this call; ModelError past the last or after the conversation diverged."""
        n, record = self._next, self._records.get(self._next)
        said = self._conversation.hear(request)
        if record is None:
            self._diverge(f"call {n}: {len(self._records)} calls were recorded, here is one more")
        elif digest(request) != record.request:
            if self._conversation.normal_digest(request) == record.normal:
                self.fidelity = "equal after normalisation"
            else:
                self._diverge(f"call {n}: {_difference(record.new, self._conversation.texts(said))}")
        if record is None or self.difference is not None:
            raise ModelError(f"the replay diverged: {self.difference}", owner="agent")
        self._conversation.say(record.reply)
        self._next += 1
        return record.reply

    def _diverge(self, difference: str) -> None:
        self.fidelity = "diverged"
        self.difference = self.difference or difference


def _read(path: Path, replies: Mapping[int, str]) -> dict[int, _Record]:
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        raise ArchiveError(f"{path}: missing, so that its ticket can't be replayed") from None
    records: dict[int, _Record] = {}
    for number, line in enumerate(lines, 1):
        try:
            record = _Record.model_validate(json.loads(line))
        except ValueError:
            raise ArchiveError(f"{path}: line {number} is damaged") from None
        records[record.n] = record
    for n, expected in replies.items():
        if n not in records or digest(records[n].reply) != expected:
            raise ArchiveError(f"{path}: the reply of call {n} is not the one the journal tells of")
    return {n: records[n] for n in replies}


def _text(message: Message) -> str:
    return canonical(message).decode()


def _difference(recorded: Sequence[str], came: Sequence[str]) -> str:
    for was, now in zip(recorded, came, strict=False):
        if was != now:
            at = next(
                (i for i, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), min(len(was), len(now))
            )
            start = max(0, at - 40)
            return (
                f"recorded ...{was[start : start + _EXCERPT]}..., came ...{now[start : start + _EXCERPT]}..."
            )
    if len(recorded) == len(came):
        return "the same words, with other tools or settings"
    return f"recorded {len(recorded)} new messages, came {len(came)}"
