"""Replace in file: a tool that changes one place of a file."""

import ast

from numpy.random import Generator

from dgm.playbook import source
from dgm.playbook.base import Entry, Files, NotApplicable

_MODULE = '''"""A partial edit: one piece of a file is replaced, the rest stays as it is."""

from pathlib import Path


def replace(path: str, old: str, new: str) -> str:
    """Replace the one place in a file where the text `old` stands by the text `new`."""
    text = Path(path).read_bytes().decode()
    times = text.count(old)
    if times != 1:
        return f"The old text stands in {path} {times} times, not once: nothing was changed."
    Path(path).write_bytes(text.replace(old, new).encode())
    return f"Replaced in {path}."
'''


def edit(files: Files, rng: Generator) -> Files:  # noqa: ARG001 - nothing to draw
    """Add the tool to the table of tools."""
    if any(
        _edits_in_part(function) for _, tree in source.modules(files) for function in source.functions(tree)
    ):
        raise NotApplicable("a tool for partial edits is there already")
    for path, tree in source.modules(files):
        table = _table(tree)
        added = source.beside(path, "replace.py")
        if table is not None and added not in files:
            elements = [ast.unparse(element) for element in table.elts] + ["replace"]
            inside = ", ".join(elements)
            text = source.replaced(
                files[path], [(table, f"[{inside}]" if isinstance(table, ast.List) else f"({inside})")]
            )
            return {
                added: _MODULE,
                path: source.with_import(text, f"from {source.module_name(added)} import replace"),
            }
    raise NotApplicable("no table of tools was found")


def _edits_in_part(function: ast.FunctionDef) -> bool:
    return [argument.arg for argument in function.args.args] == ["path", "old", "new"]


def _table(tree: ast.Module) -> ast.Tuple | ast.List | None:
    """The top-level sequence that holds nothing but functions of the module, one of which takes a path."""
    own = {function.name: function for function in tree.body if isinstance(function, ast.FunctionDef)}
    with_path = {name for name, function in own.items() if any(a.arg == "path" for a in function.args.args)}
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            for node in ast.walk(statement.value):
                if isinstance(node, ast.Tuple | ast.List) and len(node.elts) > 1:
                    listed = [element.id for element in node.elts if isinstance(element, ast.Name)]
                    if len(listed) == len(node.elts) and set(listed) <= set(own) and set(listed) & with_path:
                        return node
    return None


REPLACE_IN_FILE = Entry(
    name="replace_in_file",
    title="A tool that replaces one piece of a file",
    source="string replacement, as found by the Darwin Gödel Machine (Zhang et al. 2025)",
    helps="helps",
    edit=edit,
)
