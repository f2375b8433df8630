"""Both ends: of a long text the beginning and the end are shown."""

import ast

from numpy.random import Generator

from dgm.playbook import source
from dgm.playbook.base import Entry, Files, NotApplicable


def edit(files: Files, rng: Generator) -> Files:  # noqa: ARG001 - nothing to draw
    """Turn `text[:BOUND]`, in a function that compares a length, into its first and last half."""
    for path, tree in source.modules(files):
        for function in source.functions(tree):
            if "len" not in source.names(function):
                continue
            for node in ast.walk(function):
                match node:
                    case ast.FormattedValue(
                        value=ast.Subscript(
                            value=ast.Name(id=text),
                            slice=ast.Slice(lower=None, upper=ast.Name(id=bound), step=None),
                        ) as cut
                    ):
                        new = f"{text}[: {bound} // 2]}}\\n[...]\\n{{{text}[-({bound} // 2) :]"
                        return {path: source.replaced(files[path], [(cut, new)])}
    raise NotApplicable("no text that is cut to its beginning inside a message was found")


BOTH_ENDS = Entry(
    name="both_ends",
    title="Show the beginning and the end of what is too long",
    source="observation shortening, as in mini-swe-agent",
    needs="a formatted text that begins with another one cut at a named bound",
    helps="neutral",
    edit=edit,
    signs=("clipped:",),
)
