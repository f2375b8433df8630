import itertools
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.models.base import ChatReply, ChatRequest, Function, FunctionCall, Message, Tool, ToolCall
from dgm.models.hands import Action, Hands
from dgm.models.mind import Brief, Mind, Results, Say, converse, each

BASH = Tool(function=Function(name="bash", parameters={"properties": {"command": {"type": "string"}}}))


def shell(hands: Hands, command: str) -> Action:
    action = hands.shell(command)
    assert action is not None
    return action


def counting(seen: list[Results]) -> Callable[[Brief, Hands], Mind]:
    """A mind of three turns, two actions each, that notes what it was sent."""

    def mind(_: Brief, hands: Hands) -> Mind:
        seen.clear()
        for turn in range(3):
            seen.append((yield [shell(hands, f"{turn}a"), shell(hands, f"{turn}b")]))
        yield Say("the end")

    return mind


def opening(*tools: Tool, said: str = "begin") -> ChatRequest:
    messages = (Message(role="system", content="rules"), Message(role="user", content=said))
    return ChatRequest(model="solve", messages=messages, tools=tools, seed=7)


def grown(request: ChatRequest, *messages: Message) -> ChatRequest:
    return request.model_copy(update={"messages": (*request.messages, *messages)})


def ask(mind: Callable[[Brief, Hands], Mind], request: ChatRequest) -> ChatReply:
    return converse(mind, request, name="a mind")


def answered(reply: Message, *texts: str) -> list[Message]:
    """The reply and results for its first calls."""
    calls = reply.tool_calls or ()
    return [
        reply,
        *(Message(role="tool", tool_call_id=c.id, content=t) for c, t in zip(calls, texts, strict=False)),
    ]


def test_a_conversation_from_beginning_to_end() -> None:
    seen: list[Results] = []
    mind, request = counting(seen), opening(BASH)
    for turn in range(3):
        reply = ask(mind, request)
        assert (reply.finish_reason, reply.model) == ("tool_calls", "a mind")
        assert [c.id for c in reply.message.tool_calls or ()] == [f"call_{turn}_0", f"call_{turn}_1"]
        request = grown(request, *answered(reply.message, f"{turn}A", f"{turn}B"))
    last = ask(mind, request)
    assert (last.message.content, last.finish_reason, last.message.tool_calls) == ("the end", "stop", None)
    assert seen == [["0A", "0B"], ["1A", "1B"], ["2A", "2B"]]


def test_the_same_request_gets_the_same_reply() -> None:
    request = grown(opening(BASH), *answered(ask(counting([]), opening(BASH)).message, "x"))
    assert ask(counting([]), request) == ask(counting([]), request)


def test_what_was_not_carried_out_is_none() -> None:
    seen: list[Results] = []
    reply = ask(counting(seen), opening(BASH)).message
    only = reply.model_copy(update={"tool_calls": (reply.tool_calls or ())[:1]})
    ask(counting(seen), grown(opening(BASH), *answered(only, "A")))
    assert seen == [["A", None]]
    ask(counting(seen), grown(opening(BASH), reply))
    assert seen == [[None, None]]


def test_results_find_their_action_by_id_in_any_order() -> None:
    seen: list[Results] = []
    said, first, second = answered(ask(counting(seen), opening(BASH)).message, "A", "B")
    ask(counting(seen), grown(opening(BASH), said, second, first))
    assert seen == [["A", "B"]]


def test_calls_renamed_by_the_scaffold_are_matched_by_place() -> None:
    seen: list[Results] = []
    calls = tuple(
        ToolCall(id=f"other{n}", function=FunctionCall(name="bash", arguments="{}")) for n in (1, 2)
    )
    renamed = Message(role="assistant", tool_calls=calls)
    ask(counting(seen), grown(opening(BASH), *answered(renamed, "A", "B")))
    assert seen == [["A", "B"]]


def test_turns_trimmed_from_the_history_are_turns_without_results() -> None:
    seen: list[Results] = []
    calls = tuple(
        ToolCall(id=f"call_1_{n}", function=FunctionCall(name="bash", arguments="{}")) for n in (0, 1)
    )
    kept = Message(role="assistant", tool_calls=calls)
    reply = ask(counting(seen), grown(opening(BASH), *answered(kept, "1A", "1B")))
    assert seen == [[None, None], ["1A", "1B"]]
    assert (reply.message.tool_calls or ())[0].id == "call_2_0"


def test_after_the_last_word_it_is_only_repeated() -> None:
    def mind(*_: object) -> Mind:
        yield Say("enough")

    request = opening(BASH)
    for _ in range(3):
        reply = ask(mind, request)
        assert reply.message.content == "enough"
        request = grown(request, reply.message, Message(role="user", content="go on"))


def test_a_mind_that_runs_out_says_nothing() -> None:
    def mind(_: Brief, hands: Hands) -> Mind:
        yield [shell(hands, "ls")]

    reply = ask(mind, opening(BASH))
    assert ask(mind, grown(opening(BASH), *answered(reply.message, "x"))).message.content == ""


def test_text_actions_are_one_a_turn_and_answered_by_the_user() -> None:
    seen: list[Results] = []
    request = opening(said="One ```bash block, please.")
    reply = ask(counting(seen), request)
    assert (reply.message.content, reply.finish_reason) == ("```bash\n0a\n```", "stop")
    request = grown(request, reply.message, Message(role="user", content="shown"))
    assert ask(counting(seen), request).message.content == "```bash\n1a\n```"
    assert seen == [["shown", None]]


def test_the_brief_is_what_came_before_the_first_answer() -> None:
    briefs: list[Brief] = []

    def mind(brief: Brief, _: Hands) -> Mind:
        briefs.append(brief)
        yield Say("ok")

    ask(mind, grown(opening(), Message(role="assistant", content="a"), Message(role="user", content="later")))
    assert briefs == [Brief(system="rules", user="begin", seed=7)]


@pytest.mark.parametrize(
    ("carried_out", "expected", "turns"),
    [
        (list, ["A", "B", "C"], [3]),
        (lambda turn: turn[:1], ["A", "B", "C"], [3, 1, 1]),
        (lambda turn: [], [None, None, None], [3]),
    ],
)
def test_each_action_is_taken_however_many_a_turn_holds(
    carried_out: Callable[[Sequence[Action]], Sequence[Action]], expected: Results, turns: list[int]
) -> None:
    def mind() -> Mind:
        results = yield from each([Action(text=text) for text in "abc"])
        yield Say(repr(results))

    course = mind()
    sizes, turn = [], next(course)
    while not isinstance(turn, Say):
        sizes.append(len(turn))
        done = carried_out(turn)
        turn = course.send([action.text.upper() if action in done else None for action in turn])
    assert (turn.text, sizes) == (repr(expected), turns)


def test_tokens_are_estimated_by_length() -> None:
    reply = ask(counting([]), opening(BASH))
    assert (reply.tokens_in, reply.tokens_out) == (2 + 2, -(-2 * len('bash{"command": "0a"}') // 4))


IDS = st.sampled_from(
    [f"call_{a}_{b}" for a, b in itertools.product((0, 1, 2, 7, 999, 99999), (0, 1, 50))] + ["", "x"]
)
CALLS = st.lists(
    st.builds(ToolCall, id=IDS, function=st.just(FunctionCall(name="bash", arguments="{"))), max_size=3
)
MESSAGES = st.builds(
    Message,
    role=st.sampled_from(["user", "assistant", "tool", "system"]),
    content=st.none() | st.text(max_size=5),
    tool_calls=st.none() | st.builds(tuple, CALLS),
    tool_call_id=st.none() | IDS,
)


@given(st.lists(MESSAGES, max_size=12))
def test_no_history_breaks_it(history: Sequence[Message]) -> None:
    seen: list[Results] = []
    reply = ask(counting(seen), grown(opening(BASH), *history))
    assert reply.message.content == "the end" or len(reply.message.tool_calls or ()) == 2
    assert all(len(results) == 2 for results in seen)
