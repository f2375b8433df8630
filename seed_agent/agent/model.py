"""The model, reached over the gateway's Unix socket in the form of OpenAI's Chat Completions."""

import http.client
import json
import os
import socket

SECONDS = 600


class Refused(Exception):
    """The gateway answered, but with no reply: the budget is used up, say."""


class Gateway(http.client.HTTPConnection):
    """HTTP over the socket that the environment names."""

    def connect(self) -> None:
        """Connect to the socket."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(os.environ["DGM_GATEWAY"])


def complete(role: str, messages: list, tools: list) -> dict:
    """The model's next message in a conversation.

    Raises:
        Refused: the gateway gave no reply.
        OSError, http.client.HTTPException: the gateway can't be reached.
    """
    body = json.dumps({"model": role, "messages": messages, "tools": tools})
    headers = {"Authorization": "Bearer " + os.environ["DGM_TOKEN"], "Content-Type": "application/json"}
    gateway = Gateway("gateway", timeout=SECONDS)
    try:
        gateway.request("POST", "/v1/chat/completions", body, headers)
        response = gateway.getresponse()
        answer = response.read()
    finally:
        gateway.close()
    if response.status != 200:
        raise Refused(f"{response.status} {answer[:500].decode(errors='replace')}")
    return json.loads(answer)["choices"][0]["message"]
