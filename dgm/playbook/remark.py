"""Remark: a comment, and nothing else."""

from numpy.random import Generator

from dgm.playbook import source
from dgm.playbook.base import Entry, Files, NotApplicable

_REMARKS = ("# Kept simple on purpose.", "# Read together with the README.", "# Names say what things are.")


def edit(files: Files, rng: Generator) -> Files:
    """End a drawn module with a drawn remark."""
    places = [
        (path, remark)
        for path, tree in source.modules(files)
        for remark in _REMARKS
        if list(source.functions(tree)) and remark not in files[path]
    ]
    if not places:
        raise NotApplicable("no module with a function lacks one of the remarks")
    path, remark = places[int(rng.integers(len(places)))]
    return {path: files[path].rstrip("\n") + f"\n\n{remark}\n"}


REMARK = Entry(
    name="remark",
    title="Document the source with a remark",
    source="a control that changes nothing",
    needs="a module with a function",
    helps="neutral",
    edit=edit,
)
