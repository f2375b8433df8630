"""A mind: a deterministic course of action, told from the conversation alone and replayed at every turn."""

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass

from dgm.models.base import ChatReply, ChatRequest, FunctionCall, Message, ToolCall
from dgm.models.hands import Action, Hands

CHARACTERS_A_TOKEN = 4
# Few digits: a forged number must not make a mind take a million turns.
_OUR_ID = re.compile(r"call_(\d{1,3})_(\d{1,4})")


@dataclass(frozen=True, slots=True)
class Brief:
    """How a conversation began: the texts before the first answer, and the assignment's seed."""

    system: str
    user: str
    seed: int

    @classmethod
    def of(cls, request: ChatRequest) -> "Brief":
        """The brief of `request`."""
        opening = list(_opening(request.messages))
        return cls(
            system="\n".join(m.content or "" for m in opening if m.role in {"system", "developer"}),
            user="\n".join(m.content or "" for m in opening if m.role == "user"),
            seed=request.seed or 0,
        )


@dataclass(frozen=True, slots=True)
class Say:
    """A final text; a mind that has said something is done."""

    text: str


Turn = Sequence[Action] | Say
Results = Sequence[str | None]
"""For each action of the turn the text that the scaffold showed, or None where it showed nothing."""
Mind = Generator[Turn, Results, None]
"""Yields turns, is sent their results. The same brief, hands and results give the same turns."""


def converse(mind: Callable[[Brief, Hands], Mind], request: ChatRequest, *, name: str) -> ChatReply:
    """Answer `request` with the turn that `mind` takes after the turns in its history.

    The history may be altered: results that are gone are None to the mind, whole turns that are gone are
    recognised by the numbers in our call ids, and after its last word a mind only repeats it. Nothing is
    executed here.
    """
    course = mind(Brief.of(request), Hands(request))
    turn, number = _next(course, None), 0
    for past, shown in _history(request.messages):
        while not isinstance(turn, Say) and number < _number(past, number):
            turn, number = _next(course, [None] * len(turn)), number + 1
        if isinstance(turn, Say):
            break
        turn, number = _next(course, _results(past, shown, len(turn))), number + 1
    message = _message(turn, number)
    return ChatReply(
        message=message,
        finish_reason="tool_calls" if message.tool_calls else "stop",
        tokens_in=sum(_tokens(m) for m in request.messages),
        tokens_out=_tokens(message),
        model=name,
    )


def each(actions: Sequence[Action]) -> Generator[Turn, Results, Results]:
    """Take all `actions`, in one turn where the scaffold carries out several, else one by one.

    To be delegated to with `yield from`. An action that gets no result of its own has None.
    """
    results = list((yield actions)) if actions else []
    for place, action in enumerate(actions):
        if results[place] is None and any(result is not None for result in results):
            results[place] = (yield [action])[0]
    return results


def _next(course: Mind, results: Results | None) -> Turn:
    try:
        return next(course) if results is None else course.send(results)
    except StopIteration:
        return Say("")


def _opening(messages: Sequence[Message]) -> Iterator[Message]:
    for message in messages:
        if message.role == "assistant":
            return
        yield message


def _history(messages: Sequence[Message]) -> Iterator[tuple[Message, Sequence[Message]]]:
    """Each assistant turn with the messages that followed it."""
    past: Message | None = None
    shown: list[Message] = []
    for message in messages:
        if message.role == "assistant":
            if past is not None:
                yield past, shown
            past, shown = message, []
        else:
            shown.append(message)
    if past is not None:
        yield past, shown


def _number(past: Message, counted: int) -> int:
    """The number of a past turn: as its call ids tell, else as counted."""
    ours = _OUR_ID.fullmatch(past.tool_calls[0].id) if past.tool_calls else None
    return int(ours[1]) if ours else counted


def _results(past: Message, shown: Sequence[Message], count: int) -> Results:
    results: list[str | None] = [None] * count
    texts = {m.tool_call_id: m.content or "" for m in shown if m.role == "tool"}
    for place, call in enumerate(past.tool_calls or ()):
        ours = _OUR_ID.fullmatch(call.id)
        action = int(ours[2]) if ours else place
        if action < count and call.id in texts:
            results[action] = texts[call.id]
    if not texts and count:
        told = [m.content or "" for m in shown if m.role == "user"]
        results[0] = "\n".join(told) if told else None
    return results


def _message(turn: Turn, number: int) -> Message:
    if isinstance(turn, Say):
        return Message(role="assistant", content=turn.text)
    calls = tuple(
        ToolCall(id=f"call_{number}_{place}", function=FunctionCall(name=act.tool, arguments=act.arguments))
        for place, act in enumerate(turn)
        if act.tool is not None
    )
    # A turn of text holds one action: scaffolds that read blocks take exactly one.
    text = next((action.text for action in turn if action.tool is None), None)
    return Message(role="assistant", content=text, tool_calls=calls or None)


def _tokens(message: Message) -> int:
    """An estimate, four characters a token, rounded up; the same for the same message."""
    calls = message.tool_calls or ()
    size = len(message.content or "") + sum(len(c.function.name) + len(c.function.arguments) for c in calls)
    return -(-size // CHARACTERS_A_TOKEN)
