"""Slip of the pen: a bracket is lost in a module."""

from numpy.random import Generator

from dgm.playbook import source
from dgm.playbook.base import Entry, Files, NotApplicable


def edit(files: Files, rng: Generator) -> Files:
    """Leave out the last closing bracket of a drawn module."""
    paths = [path for path, tree in source.modules(files) if list(source.functions(tree))]
    if not paths:
        raise NotApplicable("no module with a function was found")
    path = paths[int(rng.integers(len(paths)))]
    head, _, tail = files[path].rpartition(")")
    return {path: head + tail}


SLIP_OF_THE_PEN = Entry(
    name="slip_of_the_pen",
    title="Tidy up a module",
    source="a syntax error, as any author makes; a control that should never be admitted",
    needs="a module with a function",
    helps="hurts",
    edit=edit,
)
