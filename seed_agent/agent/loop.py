"""The conversation: one tool call after the other, until the model has no more to call."""

from agent.model import complete
from agent.tools import TOOLS, described, use


def converse(role: str, system: str, user: str) -> str:
    """Let the model work; return its last words.

    Raises:
        Refused: the model gave no reply.
    """
    messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
    tools = [described(tool) for tool in TOOLS.values()]
    while True:
        reply = complete(role, messages, tools)
        calls = reply.get("tool_calls")
        if not calls:
            return reply.get("content") or ""
        call = calls[0]
        messages.append({**reply, "tool_calls": [call]})
        messages.append({"role": "tool", "tool_call_id": call["id"], "content": use(call)})
