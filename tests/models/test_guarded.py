"""A server that echoes what it was sent tells the key to nobody."""

import json
from base64 import b64encode
from urllib.parse import quote

import pytest

from dgm.models.base import ChatReply, ChatRequest, Message, ModelError
from dgm.models.guarded import Guarded
from dgm.models.scripted import Replies

SECRET = "sk-ant/planted+0123456789_abcdef=="
REQUEST = ChatRequest(model="solve", messages=(Message(role="user", content="hi"),))
ECHOES = [
    SECRET,
    f"Authorization: Bearer {SECRET}\r\n",
    f"/v1?key={quote(SECRET, safe='')}&x=1",
    *(b64encode(user + SECRET.encode() + b":tail").decode() for user in (b"", b"a", b"ab", b"user:")),
]


def reply(content: str) -> ChatReply:
    call = {"id": "1", "function": {"name": "bash", "arguments": json.dumps({"command": content})}}
    message = {"role": "assistant", "content": f"<{content}>", "tool_calls": [call]}
    state = ({"type": "thinking", "thinking": [content]},)
    about = {"finish_reason": "tool_calls", "tokens_in": 1, "tokens_out": 1, "model": content}
    return ChatReply.model_validate({"message": message, "state": state, **about})


class Library(Exception):
    """Of a provider's library, which tells what it sent."""


class Broken:
    name = "broken"

    def complete(self, request: ChatRequest) -> ChatReply:
        raise Library(f"{request.model}: {SECRET}")


@pytest.mark.parametrize("echo", ECHOES)
def test_no_part_of_a_reply_or_an_error_holds_the_key(echo: str) -> None:
    error = ModelError(f"the server said {echo}", owner="agent")
    model = Guarded(Replies([reply(echo), reply(echo)], {2: error}), SECRET, "<KEY>")
    core = b64encode(SECRET.encode()).decode()[:24]
    said = model.complete(REQUEST).model_dump_json()
    assert said.count("<KEY>") >= 4
    with pytest.raises(ModelError, match=r"the server said .*<KEY>") as raised:
        model.complete(REQUEST)
    assert raised.value.owner == "agent"
    for text in (said, str(raised.value)):
        for form in (SECRET, quote(SECRET, safe=""), core):
            assert form not in text


def test_a_librarys_error_becomes_ours_without_its_words() -> None:
    with pytest.raises(ModelError, match=r"^Library: solve: <KEY>$") as raised:
        Guarded(Broken(), SECRET, "<KEY>").complete(REQUEST)
    assert raised.value.owner == "ours"
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def test_other_replies_are_untouched_and_a_plain_word_is_no_key() -> None:
    same = reply("nothing of it")
    assert Guarded(Replies([same]), SECRET, "<KEY>").complete(REQUEST) is same
    assert Guarded(Replies([reply("EMPTY list")]), "EMPTY", "<KEY>").complete(REQUEST) == reply("EMPTY list")
