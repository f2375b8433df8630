"""Recorded model replies: written call by call while a job runs, served again when it is replayed."""

import gzip
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Literal, Self

from archive.base import ArchiveError
from dgm.gateway import Call
from dgm.models.base import ChatReply, ChatRequest, Message, ModelError, canonical, digest
from dgm.models.normal import normalised

Fidelity = Literal["exact", "equal after normalisation", "diverged"]
CASSETTES, TRANSCRIPTS = "cassette", "transcripts"
_EXCERPT = 160


class Recording:
    """Keeps one attempt's calls: the cassette durable at each call, the transcript when the attempt ends."""

    def __init__(self, folder: Path, ticket: int, attempt: int) -> None:
        name = f"{ticket}-{attempt}.jsonl"
        self._cassette_path = folder / CASSETTES / name
        self._transcript_path = folder / TRANSCRIPTS / f"{name}.gz"
        self._file: IO[bytes] | None = None
        self._seen: tuple[Message, ...] = ()
        self._lines: list[bytes] = []

    def add(self, call: Call) -> None:
        """Keep one call."""
        new = _new_messages(self._seen, call.request.messages)
        self._seen = (*call.request.messages, call.reply.message)
        record = {
            "n": call.n,
            "request": digest(call.request),
            "normal": _normal_digest(call.request),
            "new": [normalised(_text(message)) for message in new],
            "reply": call.reply.model_dump(exclude_none=True),
        }
        line = {
            "n": call.n,
            "role": call.role,
            "messages": [message.model_dump(exclude_none=True) for message in new],
            "reply": call.reply.message.model_dump(exclude_none=True),
        }
        self._lines.append(json.dumps(line, sort_keys=True).encode())
        if self._file is None:
            self._cassette_path.parent.mkdir(exist_ok=True)
            self._file = self._cassette_path.open("wb")
        self._file.write(json.dumps(record, sort_keys=True).encode() + b"\n")
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
        self._seen: tuple[Message, ...] = ()

    @property
    def unplayed(self) -> int:
        """Recorded calls that the agent has not made."""
        return len(self._records) - self._next + 1

    def complete(self, request: ChatRequest) -> ChatReply:
        """The recorded reply of this call; ModelError past the last or after the conversation diverged."""
        n, record = self._next, self._records.get(self._next)
        new = _new_messages(self._seen, request.messages)
        if record is None:
            self._diverge(f"call {n}: {len(self._records)} calls were recorded, here is one more")
        elif digest(request) != record["request"]:
            if _normal_digest(request) == record["normal"]:
                self.fidelity = "equal after normalisation"
            else:
                self._diverge(f"call {n}: {_difference(record['new'], [normalised(_text(m)) for m in new])}")
        if record is None or self.difference is not None:
            raise ModelError(f"the replay diverged: {self.difference}", owner="agent")
        reply = ChatReply.model_validate(record["reply"])
        self._seen = (*request.messages, reply.message)
        self._next += 1
        return reply

    def _diverge(self, difference: str) -> None:
        self.fidelity = "diverged"
        self.difference = self.difference or difference


def _read(path: Path, replies: Mapping[int, str]) -> dict[int, dict[str, Any]]:
    try:
        records = [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]
        found = {record["n"]: record for record in records}
        digests = {n: digest(ChatReply.model_validate(record["reply"])) for n, record in found.items()}
    except FileNotFoundError:
        raise ArchiveError(f"{path}: missing, so that its ticket can't be replayed") from None
    except (ValueError, KeyError, TypeError) as error:
        raise ArchiveError(f"{path}: damaged: {str(error)[:120]}") from None
    for n, expected in replies.items():
        if digests.get(n) != expected:
            raise ArchiveError(f"{path}: the reply of call {n} is not the one the journal tells of")
    return {n: record for n, record in found.items() if n in replies}


def _new_messages(seen: Sequence[Message], messages: Sequence[Message]) -> Sequence[Message]:
    kept = 0
    while kept < min(len(seen), len(messages)) and seen[kept] == messages[kept]:
        kept += 1
    return messages[kept:]


def _text(message: Message) -> str:
    return canonical(message).decode()


def _normal_digest(request: ChatRequest) -> str:
    return hashlib.sha256(normalised(canonical(request).decode()).encode()).hexdigest()


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
    return f"recorded {len(recorded)} new messages, came {len(came)}"
