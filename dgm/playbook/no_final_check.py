"""No final check: the sentences that ask for a check are taken out of the prompts."""

import re

from numpy.random import Generator

from dgm.playbook import scaffold, source
from dgm.playbook.base import Entry, Files, NotApplicable

_CHECK = re.compile(r"^(?:Check|Verify|Make sure)\b[^\n]*\n", re.MULTILINE)


def edit(files: Files, rng: Generator) -> Files:  # noqa: ARG001 - nothing to draw
    """Drop such a line from every prompt."""
    changed: dict[str, str] = {}
    for path, node in scaffold.prompts(files):
        text = source.code(files[path], node)
        if path not in changed and _CHECK.search(text):
            changed[path] = source.replaced(files[path], [(node, _CHECK.sub("", text))])
    if not changed:
        raise NotApplicable("no prompt asks for a check")
    return changed


NO_FINAL_CHECK = Entry(
    name="no_final_check",
    title="Save calls: ask for no check at the end",
    source="dropping verification, a failure seen in audits of self-modifying agents",
    needs="a prompt with a line that begins with Check",
    helps="hurts",
    edit=edit,
)
