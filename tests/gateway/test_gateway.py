"""The only door to a model, seen from outside of it: real sockets, clients that are not kind."""

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from gateway_clients import ASK, asked, opened, raw

from dgm.gateway import Allowance, Call, Gateway
from dgm.gateway.gateway import PREFIX, SOCKET
from dgm.gateway.line import MAX_NESTING
from dgm.gateway.server import MAX_BODY, MAX_CONNECTIONS, MAX_SOCKET_PATH, PATH, Server
from dgm.models.base import Message, ModelError, digest
from dgm.models.scripted import Replies


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as opened:
        yield opened


def test_an_answer_on_the_wire(gateway: Gateway) -> None:
    with opened(gateway) as line:
        status, body = asked(line)
    assert status == 200
    assert body["choices"][0]["message"] == {"role": "assistant", "content": "hi"}
    assert body["choices"][0]["finish_reason"] == "stop"
    assert body["usage"]["total_tokens"] == line.usage.tokens_in + line.usage.tokens_out > 0
    assert body["dgm"]["calls_left"] == 99


def test_a_token_opens_its_own_line_only(gateway: Gateway) -> None:
    with opened(gateway) as one, opened(gateway) as other:
        assert asked(one, token=other.token)[0] == 401
        assert raw(one, f"POST {PATH} HTTP/1.1\r\nContent-Length: 2\r\n\r\n{{}}".encode())[0] == 401
        assert asked(other)[0] == 200
        assert one.usage.calls == 0


def test_only_its_owner_may_enter_a_lines_folder(gateway: Gateway) -> None:
    with opened(gateway) as line:
        assert line.folder.stat().st_mode & 0o777 == 0o700
        assert line.folder.parent.stat().st_mode & 0o777 == 0o711
        assert len(os.fsencode(line.folder / SOCKET)) <= MAX_SOCKET_PATH


def test_a_path_too_long_is_told(gateway: Gateway, tmp_path: Path) -> None:
    with opened(gateway) as line, pytest.raises(OSError, match="mend: a shorter TMPDIR"):
        Server(tmp_path / ("x" * MAX_SOCKET_PATH), line)


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"", 400, "no JSON"),
        (b"{", 400, "no JSON"),
        (b"\xff\xfe", 400, "no JSON"),
        (b"[" * 100_000, 400, "no JSON"),
        (b"[]", 400, "no JSON object"),
        ({**ASK, "stream": True}, 400, "stream"),
        ({**ASK, "model": "gpt"}, 404, "allowed: solve"),
        ({**ASK, "model": ["solve"]}, 404, "allowed: solve"),
        ({**ASK, "messages": "hello"}, 400, "messages"),
        ({**ASK, "messages": [{"role": "king", "content": "hello"}]}, 400, "messages"),
    ],
)
def test_a_bad_request_is_told_and_forgotten(gateway: Gateway, body: object, status: int, words: str) -> None:
    with opened(gateway) as line:
        got, answer = asked(line, body)
        assert got == status
        assert words in answer["error"]["message"]
        assert asked(line)[0] == 200
        assert line.usage.calls == 1
        assert line.trouble is None


def test_nesting_at_the_edge_of_what_can_be_written_down_is_no_trouble_of_ours(gateway: Gateway) -> None:
    with opened(gateway, record=lambda call: digest(call.request)) as line:
        for levels in (MAX_NESTING, *range(900, 1000, 2)):
            deep = b'{"name": "f", "parameters": {"x": %s%s}}' % (b"[" * levels, b"]" * levels)
            body = b'{"model": "solve", "messages": [{"role": "user"}], "tools": [{"function": %s}]}' % deep
            assert asked(line, body)[0] == 400
        assert line.trouble is None


def test_bodies_are_bounded_before_they_are_read(gateway: Gateway) -> None:
    with opened(gateway) as line:
        head = f"POST {PATH} HTTP/1.1\r\nAuthorization: Bearer {line.token}\r\n"
        for announced in (100 * 2**20, MAX_BODY + 1, 10**30):
            assert raw(line, f"{head}Content-Length: {announced}\r\n\r\n".encode())[0] == 413
        for length in ("", "-1", "0x10", "٣"):
            assert raw(line, f"{head}Content-Length: {length}\r\n\r\n".encode())[0] == 411
        chunked = f"{head}Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n"
        assert raw(line, chunked.encode())[0] == 411
        assert raw(line, f"GET {PATH} HTTP/1.1\r\n\r\n".encode())[0] == 404
        assert asked(line)[0] == 200


def test_the_allowance_warns_and_ends(gateway: Gateway) -> None:
    with opened(gateway, allowance=Allowance(calls=20, tokens=1_000_000)) as line:
        answers = [asked(line) for _ in range(21)]
    warned = [answer["dgm"]["warnings"] for status, answer in answers if status == 200]
    assert [status for status, _ in answers] == [200] * 20 + [402]
    assert {n: words for n, words in enumerate(warned, 1) if words} == {
        10: ["50% of the budget is used"],
        16: ["80% of the budget is used"],
        19: ["95% of the budget is used"],
    }
    assert line.exhausted


def test_a_token_allowance_ends_too(gateway: Gateway) -> None:
    with opened(gateway, allowance=Allowance(calls=20, tokens=1)) as line:
        assert [asked(line)[0] for _ in range(2)] == [200, 402]


def test_an_allowance_of_no_money_buys_nothing(gateway: Gateway) -> None:
    with opened(gateway, allowance=Allowance(calls=20, tokens=1_000_000, micro_usd=0)) as line:
        assert asked(line)[0] == 402


def test_calls_are_recorded_one_after_another_before_their_reply(gateway: Gateway) -> None:
    inside = threading.Lock()
    seen: list[int] = []

    def record(call: Call) -> None:
        assert inside.acquire(blocking=False)
        time.sleep(0.01)
        seen.append(call.n)
        inside.release()

    with opened(gateway, record=record) as line:

        def one(_: int) -> int:
            status, body = asked(line)
            assert int(body["id"].removeprefix("call-")) in seen
            return status

        with ThreadPoolExecutor(MAX_CONNECTIONS) as pool:
            assert set(pool.map(one, range(24))) == {200}
    assert seen == list(range(1, 25))


def test_a_record_that_fails_is_our_trouble(gateway: Gateway) -> None:
    def record(call: Call) -> None:
        if call.n == 2:
            raise OSError(28, "no space left")

    with opened(gateway, record=record) as line:
        assert [asked(line)[0] for _ in range(4)] == [200, 503, 503, 503]
        assert isinstance(line.trouble, OSError)
        assert line.usage.calls == 1


@pytest.mark.parametrize(("owner", "status"), [("agent", 400), ("ours", 503)])
def test_whose_failure_a_models_error_is(gateway: Gateway, owner: Any, status: int) -> None:
    with opened(gateway, Replies([], {1: ModelError("too long", owner=owner)})) as line:
        assert asked(line)[0] == status
        assert (line.trouble is None) == (owner == "agent")


def test_the_role_of_a_message_is_kept(gateway: Gateway) -> None:
    calls: list[Call] = []
    with opened(gateway, record=calls.append) as line:
        asked(line)
    assert calls[0].request.messages == (Message(role="user", content="hello"),)
    assert calls[0].request.seed == 3


def test_a_dead_controllers_folder_is_swept_and_no_other(gateway: Gateway) -> None:
    with opened(gateway) as line:
        temporary = line.folder.parent.parent
        dead = [temporary / f"{PREFIX}{pid}-1-left-by-a-test" for pid in (2**30, os.getpid())]
        other = temporary / f"{PREFIX}unnumbered-1-left-by-a-test"
        for folder in (*dead, other):
            folder.mkdir(exist_ok=True)
        with Gateway():
            assert [folder for folder in (*dead, other) if folder.exists()] == [other]
            assert asked(line)[0] == 200
    other.rmdir()
