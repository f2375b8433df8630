"""Shorter views: what the tools show is clipped sooner."""

from numpy.random import Generator

from dgm.playbook import source
from dgm.playbook.base import Entry, Files, NotApplicable
from dgm.playbook.longer_views import bounds

_SHORT = 500


def edit(files: Files, rng: Generator) -> Files:
    """Lower every bound that a text is cut at, by one drawn divisor."""
    divisor = int(rng.integers(3, 7))
    changed = {}
    for path, tree in source.modules(files):
        pieces = [
            (node, f"{max(_SHORT, value // divisor):_}") for node, value in bounds(tree) if value > _SHORT
        ]
        if pieces:
            changed[path] = source.replaced(files[path], pieces)
    if not changed:
        raise NotApplicable(f"no text is cut at more than {_SHORT} characters by a named bound")
    return changed


SHORTER_VIEWS = Entry(
    name="shorter_views",
    title="Save tokens: show less of a file or an output",
    source="a known way to get worse; a control that should be selected against",
    needs="a named bound that a text's length is compared with",
    helps="hurts",
    edit=edit,
)
