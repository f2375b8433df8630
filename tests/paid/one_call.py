"""One call of a few tokens for each provider whose key is in the environment; tells which were not run.

`DGM_PAID_ANTHROPIC` and `DGM_PAID_OPENAI` name other models than the cheap ones below.
"""

import os
import sys

from dgm.keys import Keys
from dgm.models.base import ChatRequest, Function, Message, ModelError, Tool
from dgm.models.registry import PROVIDERS, open_model

CHEAP = {"anthropic": "claude-haiku-4-5", "openai": "gpt-5-mini"}
TOOL = Tool(
    function=Function(
        name="add",
        description="Add two numbers.",
        parameters={"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}},
    )
)
ASK = ChatRequest(
    model="solve",
    messages=(
        Message(role="system", content="Use the tool."),
        Message(role="user", content="What is 2 + 3?"),
    ),
    tools=(TOOL,),
    max_tokens=512,
    seed=1,
)


def main() -> int:
    failed = False
    for kind, (variable, _) in PROVIDERS.items():
        if Keys().get(variable) is None:
            print(f"{kind}: NOT RUN, for {variable} is not set")
            continue
        name = f"{kind}:{os.environ.get(f'DGM_PAID_{kind.upper()}', CHEAP[kind])}"
        try:
            reply = open_model(name).complete(ASK)
        except ModelError as error:
            print(f"{kind}: FAILED: {error}")
            failed = True
            continue
        called = [call.function.name for call in reply.message.tool_calls or ()]
        print(
            f"{kind}: {reply.status} by {reply.model}, called {called}, "
            f"{reply.tokens_in} + {reply.tokens_out} tokens"
        )
        failed |= called != ["add"]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
