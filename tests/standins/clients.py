"""Our providers, opened on a stand-in, with little patience."""

from dgm.keys import Key
from dgm.models.anthropic_messages import AnthropicMessages
from dgm.models.base import Model, Role
from dgm.models.openai_chat import OpenAIChat
from dgm.models.provider import Caller, Patience
from tests.standins import Kind

KEY = "sk-standin-0123456789-abcdef"
LITTLE = Patience(
    connect_seconds=5.0,
    stall_seconds=0.4,
    total_seconds=5.0,
    tries=3,
    first_delay_seconds=0.01,
    longest_delay_seconds=0.02,
    max_reply_bytes=2**18,
)


def client(kind: Kind, url: str, patience: Patience = LITTLE, role: Role = "solve") -> Model:
    """A model named as `role` of the server at `url`."""
    caller = Caller(f"{kind}:{role}@{url}", Key(f"{kind.upper()}_API_KEY", KEY), patience)
    made = OpenAIChat if kind == "openai" else AnthropicMessages
    return made(caller, role, url)
