"""Where an agent's source can be held: its tools, its prompts, and the functions that others import."""

import ast
from collections.abc import Callable, Iterator

from dgm.playbook import source
from dgm.playbook.base import Files, NotApplicable


def prompts(files: Files) -> Iterator[tuple[str, ast.Constant]]:
    """Each module constant that is a text in triple quotes, with the path of its module."""
    for path, tree in source.modules(files):
        for node in source.constants(tree).values():
            if isinstance(node.value, str) and source.code(files[path], node).endswith('"""'):
                yield path, node


def with_tool(files: Files, name: str, module: str) -> Files:
    """The files that change when the one function of `module` becomes a tool.

    Args:
        files: the agent's source.
        name: the new module's file name.
        module: its text; its first function is the tool.

    Raises:
        NotApplicable: there is no table of tools, or a module of that name is there already.
    """
    tool = next(source.functions(ast.parse(module)))
    for path, tree in source.modules(files):
        table, added = _table(tree), source.beside(path, name)
        if table is None:
            continue
        if added in files:
            raise NotApplicable(f"{added} is there already")
        inside = ", ".join([*(ast.unparse(element) for element in table.elts), tool.name])
        new = f"[{inside}]" if isinstance(table, ast.List) else f"({inside})"
        text = source.replaced(files[path], [(table, new)])
        return {
            added: module,
            path: source.with_import(text, f"from {source.module_name(added)} import {tool.name}"),
        }
    raise NotApplicable("no table of tools was found")


def wrapped(files: Files, is_it: Callable[[ast.FunctionDef], bool], name: str, module: str) -> Files:
    """The files that change when everyone who imports a function gets it from a new module instead.

    Args:
        files: the agent's source.
        is_it: tells the function; of wrappers around it, the outermost is taken.
        name: the new module's file name.
        module: its text, in which `{package}` stands for the module wrapped, and `{name}` for the function.

    Raises:
        NotApplicable: nobody imports such a function, or a module of that name is there already.
    """
    for path, tree in source.modules(files):
        for function in tree.body:
            if isinstance(function, ast.FunctionDef) and is_it(function):
                return _rewired(files, path, function.name, name, module)
    raise NotApplicable("no function of that shape was found")


def converses(function: ast.FunctionDef) -> bool:
    """Whether it holds the conversation: role, system and user text in, last words out."""
    return len(function.args.args) == 3 and "tool_calls" in source.literals(function)


def uses_tools(function: ast.FunctionDef) -> bool:
    """Whether it carries out one tool call."""
    return len(function.args.args) == 1 and {"function", "arguments", "name"} <= source.literals(function)


def completes(function: ast.FunctionDef) -> bool:
    """Whether it asks the model for its next message: role, messages and tools in."""
    return len(function.args.args) == 3 and {"model", "messages", "tools"} <= source.literals(function)


def _rewired(files: Files, home: str, function: str, name: str, module: str) -> Files:
    added = source.beside(home, name)
    if added in files:
        raise NotApplicable(f"{added} is there already")
    provider = source.module_name(home)
    # A wrapper takes the function under another name, so that those left import the outermost one.
    for _ in files:
        users = list(_users(files, provider, function))
        outer = [path for path in files if _takes_renamed(files, path, provider, function)]
        if users or len(outer) != 1:
            break
        provider = source.module_name(outer[0])
    if not users:
        raise NotApplicable(f"nobody imports {function} from {provider}")
    new = source.module_name(added)
    changed = {added: module.format(package=provider, name=function)}
    for user, node in users:
        others = [alias for alias in node.names if alias.name != function]
        lines = [f"from {new} import {function}"]
        if others:
            lines.insert(0, ast.unparse(ast.ImportFrom(node.module, others, node.level)))
        changed[user] = source.replaced(files[user], [(node, "\n".join(sorted(lines)))])
    return changed


def _users(files: Files, provider: str, function: str) -> Iterator[tuple[str, ast.ImportFrom]]:
    for path, node in _imports(files, provider):
        if any(alias.name == function and alias.asname is None for alias in node.names):
            yield path, node


def _takes_renamed(files: Files, path: str, provider: str, function: str) -> bool:
    taken = [node for user, node in _imports(files, provider) if user == path]
    return any(alias.name == function and alias.asname for node in taken for alias in node.names)


def _imports(files: Files, provider: str) -> Iterator[tuple[str, ast.ImportFrom]]:
    for path, tree in source.modules(files):
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and node.module == provider and not node.level:
                yield path, node


def _table(tree: ast.Module) -> ast.Tuple | ast.List | None:
    """The top-level sequence of nothing but functions known by name, one of which takes a path."""
    own = {function.name: function for function in tree.body if isinstance(function, ast.FunctionDef)}
    known = set(own) | {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    with_path = {name for name, function in own.items() if any(a.arg == "path" for a in function.args.args)}
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            for node in ast.walk(statement.value):
                if isinstance(node, ast.Tuple | ast.List) and len(node.elts) > 1:
                    listed = {element.id for element in node.elts if isinstance(element, ast.Name)}
                    if len(listed) == len(node.elts) and listed <= known and listed & with_path:
                        return node
    return None
