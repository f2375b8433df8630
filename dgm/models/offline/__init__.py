"""A stand-in for a foundation model that needs no key and no network. It is no language model.

A classical program-repair engine answers `solve`, a playbook of known self-modifications answers `improve`.
It sees the chat request and nothing else, and acts only through the tools that the request offers. Gains
made with it show that the machinery works, and nothing about language models.
"""

from dgm.models.base import ChatReply, ChatRequest, ModelError
from dgm.models.mind import converse


class Offline:
    """The stand-in behind the same interface as any model. Stateless and deterministic."""

    name = "offline"

    def complete(self, request: ChatRequest) -> ChatReply:
        """The next turn of the mind whose role the request names.

        Raises:
            ModelError: the conversation is nested or large beyond what the mind can read.
        """
        match request.model:
            case "solve":
                from dgm.models.offline.repair import repair_mind as mind
            case "improve":
                from dgm.models.offline.improve import improve_mind as mind
        try:
            return converse(mind, request, name="offline: a repair engine, no language model")
        except (RecursionError, MemoryError) as error:
            raise ModelError(f"the conversation is too much for me: {error}", owner="agent") from error
