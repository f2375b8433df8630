"""Explain first: the prompt asks for an explanation of the code before it is changed."""

from numpy.random import Generator

from dgm.playbook import scaffold, source
from dgm.playbook.base import Entry, Files, NotApplicable

_ADVICE = """Before you change code, explain to yourself line by line what it does.
Compare that with what the issue says it should do, and name the line where they part.
After a change, explain the new code in the same way, and run the reproduction."""
_QUOTES = '"""'


def edit(files: Files, rng: Generator) -> Files:  # noqa: ARG001 - nothing to draw
    """End the prompt about issues with the advice."""
    for path, node in scaffold.prompts(files):
        text = source.code(files[path], node)
        if "issue" in text and "repository" in text and _ADVICE not in text:
            new = f"{text.removesuffix(_QUOTES)}\n{_ADVICE}{_QUOTES}"
            return {path: source.replaced(files[path], [(node, new)])}
    raise NotApplicable("no prompt about issues was found that lacks the advice")


EXPLAIN_FIRST = Entry(
    name="explain_first",
    title="Ask for an explanation of the code before the change",
    source="self-debugging by explanation (Chen et al. 2023)",
    needs="a module constant in triple quotes that speaks of an issue and a repository",
    helps="neutral",
    edit=edit,
)
