"""Clients that dawdle, crowd, or outlive their assignment harm nobody but themselves."""

import os
import socket
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from gateway_clients import asked, connected, opened, request, told

from dgm.gateway import Call, Gateway
from dgm.gateway.gateway import SOCKET
from dgm.gateway.server import MAX_CONNECTIONS, PATH
from dgm.models.base import ChatReply, ChatRequest
from dgm.models.scripted import Say, Scripted

SOON = 0.4


class Waiting:
    """A model that answers when it is let go on."""

    name = "waiting"

    def __init__(self) -> None:
        self.asked, self.go_on = threading.Event(), threading.Event()

    def complete(self, request: ChatRequest) -> ChatReply:
        self.asked.set()
        assert self.go_on.wait(20)
        return Scripted([Say("at last")]).complete(request)


def test_idle_connections_starve_no_other_line() -> None:
    with Gateway() as gateway, opened(gateway) as crowded, opened(gateway) as other, ExitStack() as held:
        for _ in range(400):
            # The queue of connections may be full: that is as good as being closed.
            with suppress(OSError):
                held.enter_context(connected(crowded))
        assert asked(other)[0] == 200


def test_more_connections_than_allowed_are_closed_at_once() -> None:
    with Gateway() as gateway, opened(gateway) as line, ExitStack() as held:
        for _ in range(MAX_CONNECTIONS):
            held.enter_context(connected(line))
        assert asked(line) == (0, None)


@pytest.mark.parametrize("start", [b"POST ", b"POST %s HTTP/1.1\r\nX-Slow: " % PATH.encode()])
def test_a_drip_of_headers_is_cut_at_the_deadline(start: bytes) -> None:
    with Gateway(deadline_seconds=SOON) as gateway, opened(gateway) as line, connected(line) as client:
        began = time.monotonic()
        client.sendall(start)
        dripping = True
        while dripping:
            assert time.monotonic() - began < 20 * SOON
            try:
                client.sendall(b"x")
            except (BrokenPipeError, ConnectionResetError):
                dripping = False
            threading.Event().wait(SOON / 20)
        assert asked(line)[0] == 200


def test_a_drip_of_the_body_is_cut_at_the_deadline() -> None:
    with Gateway(deadline_seconds=SOON) as gateway, opened(gateway) as line:
        client = connected(line)
        head = f"POST {PATH} HTTP/1.1\r\nAuthorization: Bearer {line.token}\r\nContent-Length: 4000\r\n\r\n"
        client.sendall(head.encode() + b"{")
        assert told(client)[0] in {0, 400}
        assert asked(line)[0] == 200
        assert line.usage.calls == 1


def test_a_revoked_line_is_cut_and_gone() -> None:
    with Gateway() as gateway:
        with opened(gateway) as line:
            early = connected(line)
        assert told(early) == (0, None)
        with socket.socket(socket.AF_UNIX) as late, pytest.raises(FileNotFoundError):
            late.connect(str(line.folder / SOCKET))
        assert not line.folder.exists()


def test_the_wait_for_a_reply_is_told_while_it_goes_on() -> None:
    model = Waiting()
    with Gateway() as gateway, opened(gateway, model) as line:
        caller = threading.Thread(target=asked, args=(line,))
        caller.start()
        assert model.asked.wait(20)
        before = line.waited()
        threading.Event().wait(0.05)
        assert line.waited() >= before + 0.05
        model.go_on.set()
        caller.join()
        after = line.waited()
        threading.Event().wait(0.05)
        assert line.waited() == after


def test_a_client_that_leaves_before_its_reply_has_still_paid() -> None:
    model = Waiting()
    calls: list[Call] = []
    with Gateway() as gateway, opened(gateway, model, record=calls.append) as line:
        with connected(line) as client:
            client.sendall(request(line))
            assert model.asked.wait(20)
        model.go_on.set()
        assert asked(line)[1]["id"] == "call-2"
    assert [call.n for call in calls] == [1, 2]


def test_a_call_in_flight_when_its_line_ends_is_recorded_and_those_behind_it_are_not_made() -> None:
    model = Waiting()
    calls: list[Call] = []
    with Gateway() as gateway:
        with opened(gateway, model, record=calls.append) as line, ExitStack() as left:
            for _ in range(4):
                client = left.enter_context(connected(line))
                client.sendall(request(line))
            assert model.asked.wait(20)
            threading.Timer(0.3, model.go_on.set).start()
        assert [call.n for call in calls] == [1]
        assert line.usage == calls[0].usage


def test_lines_leave_no_thread_and_no_descriptor() -> None:
    with Gateway() as gateway:
        with opened(gateway) as line:
            asked(line)
        threads, descriptors = threading.active_count(), len(os.listdir("/proc/self/fd"))
        folder = line.folder.parent
        for _ in range(50):
            with opened(gateway) as line:
                asked(line)
        assert threading.active_count() == threads
        assert len(os.listdir("/proc/self/fd")) == descriptors
        assert list(folder.iterdir()) == []
    assert not Path(folder).exists()
