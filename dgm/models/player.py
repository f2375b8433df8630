"""Models that serve what was recorded: one attempt again, or every ticket of another run."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, NoReturn

from dgm.gateway.states import without_state
from dgm.models.base import ChatReply, ChatRequest, Model, ModelError, Refusal, digest
from dgm.models.cassette import Conversation, Record, read_records

Fidelity = Literal["exact", "equal after normalisation", "diverged"]
_EXCERPT = 160


class Player:
    """A model that serves one attempt's recorded replies by call number, and compares the requests."""

    name = "recorded"

    def __init__(self, folder: Path, ticket: int, attempt: int, replies: Mapping[int, str]) -> None:
        """`replies` are the journal's digests by call number, which the cassette must match.

        Raises:
            ArchiveError: the cassette is missing, damaged, or not what the journal says.
        """
        self.fidelity: Fidelity = "exact"
        self.difference: str | None = None
        self._records = read_records(folder, ticket, attempt, replies)
        self._next = 1
        self._conversation = Conversation()

    @property
    def unplayed(self) -> int:
        """Recorded calls that the agent has not made."""
        return len(self._records) - self._next + 1

    def complete(self, request: ChatRequest) -> ChatReply:
        """The recorded reply of this call; ModelError past the last or after the conversation diverged."""
        record = self._records.get(self._next)
        fidelity, difference = compared(self._conversation, self._next, record, request)
        if fidelity != "exact":
            self.fidelity = fidelity
        self.difference = self.difference or difference
        if record is None or self.difference is not None:
            self.fidelity = "diverged"
            raise ModelError(f"the replay diverged: {self.difference}", owner="agent")
        self._conversation.say(record.reply)
        self._next += 1
        return served(record)


class Rerun:
    """Answers one ticket's calls as they were answered in another run, and asks `model` what was not.

    Without a model, a call that is not on the cassette is an error that a person must mend. `failure` is
    what the recorded attempt ended in, if that was no evidence.
    """

    def __init__(
        self, name: str, records: Mapping[int, Record], model: Model | None, failure: str | None = None
    ) -> None:
        self.name = name
        self._records, self._model, self._failure = records, model, failure
        self._calls = 0
        self._conversation = Conversation()

    def complete(self, request: ChatRequest) -> ChatReply:
        """The reply on the cassette, or else the model's.

        Raises:
            ModelError: the provider had refused the request, or there is no reply.
        """
        self._calls += 1
        record = self._records.get(self._calls)
        _, difference = compared(self._conversation, self._calls, record, request)
        if record is not None and difference is None:
            self._conversation.say(record.reply)
            return served(record)
        if self._model is not None:
            reply = self._model.complete(request)
            self._conversation.say(reply)
            return reply
        if record is None and self._failure is not None:
            raise ModelError(self._failure, owner="ours", billed=0)
        raise ModelError(
            f"not on the cassette: {difference}; mend: --set cassette.mode=refresh, which asks the model",
            owner="ours",
            fatal=True,
        )


class Absent:
    """Has the name of a model that must not be asked."""

    def __init__(self, name: str) -> None:
        self.name = name

    def complete(self, request: ChatRequest) -> NoReturn:
        """Raises ModelError."""
        raise ModelError(f"{self.name} is not asked in a replay ({request.model})", owner="ours", fatal=True)


def compared(
    conversation: Conversation, n: int, record: Record | None, request: ChatRequest
) -> tuple[Fidelity, str | None]:
    """How well `request`, which `conversation` hears as call `n`, fits `record`; and what differs first."""
    # What a provider wants back belongs to its replies, and is no part of what was asked.
    request = request.model_copy(update={"messages": tuple(map(without_state, request.messages))})
    said = conversation.hear(request)
    if record is None:
        return "diverged", f"call {n}: {n - 1} calls were recorded, here is one more"
    if digest(request) == record.request:
        return "exact", None
    if conversation.normal_digest(request) == record.normal:
        return "equal after normalisation", None
    return "diverged", f"call {n}: {_difference(record.new, conversation.texts(said))}"


def served(record: Record) -> ChatReply:
    """What was recorded.

    Raises:
        ModelError: the provider would not have the request.
    """
    if isinstance(record.reply, Refusal):
        raise ModelError(record.reply.refusal, owner="agent")
    return record.reply.model_copy(update={"served": True, "broken": 0})


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
