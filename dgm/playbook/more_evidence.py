"""More evidence: improving itself, the agent reads about more failures, and more of each."""

import ast

from numpy.random import Generator

from dgm.playbook import source
from dgm.playbook.base import Entry, Files, NotApplicable

_FEW, _SHORT = 8, 8_000


def edit(files: Files, rng: Generator) -> Files:  # noqa: ARG001 - nothing to draw
    """Double the bounds in the module that reads transcripts."""
    for path, tree in source.modules(files):
        if "transcript.jsonl" not in source.literals(tree):
            continue
        pieces = [
            (node, f"{node.value * 2:_}")
            for statement in tree.body
            if isinstance(statement, ast.Assign)
            for node in ast.walk(statement.value)
            if isinstance(node, ast.Constant) and type(node.value) is int
            if 1 < node.value < _FEW or _FEW * 50 < node.value < _SHORT
        ]
        if pieces:
            return {path: source.replaced(files[path], pieces)}
    raise NotApplicable("no small bound was found where transcripts are read")


MORE_EVIDENCE = Entry(
    name="more_evidence",
    title="Read more evidence before improving",
    source="richer diagnosis, as in the Huxley-Gödel Machine (Wang et al. 2025)",
    needs="a module with whole numbers at top level that names transcript.jsonl",
    helps="neutral",
    edit=edit,
)
