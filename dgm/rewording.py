"""An issue put into other words by a model. What it gives is text to be checked, like any other."""

from collections.abc import Callable

from dgm.models.base import ChatRequest, Message, Model, ModelError

MAX_CHARACTERS = 8_000
_ASKED = (
    "Rewrite this report of a defect as a user of the software would write it, in Markdown. Keep every"
    " script, every value and what was expected. Add nothing that is not in it, and no guess at the cause."
    " Answer with the report alone.\n\n"
)


def reworded(model: Model) -> Callable[[str], str]:
    """What puts an issue into the words of `model`; where it gives none, the issue stays as it is."""

    def rewrite(issue: str) -> str:
        request = ChatRequest(model="solve", messages=(Message(role="user", content=_ASKED + issue),))
        try:
            said = model.complete(request).message.content
        except ModelError:
            return issue
        return said[:MAX_CHARACTERS] if said and said.strip() else issue

    return rewrite
