"""Parsing and rendering of templates.

A template is parsed into a tree of nodes. Each node renders itself into a list of texts, given a scope and the
state of the whole rendering.
"""

import re

from quill.errors import TemplateError
from quill.expressions import Expression
from quill.lexer import pieces

MAX_INCLUDES = 20
_NAME = re.compile(r"[A-Za-z_]\w*")
_FOR = re.compile(r"([A-Za-z_]\w*)(?:\s*,\s*([A-Za-z_]\w*))?\s+in\s+(.+)", re.DOTALL)
_SET = re.compile(r"([A-Za-z_]\w*)\s*=\s*(?!=)(.+)", re.DOTALL)
RESERVED = frozenset({"loop", "true", "false", "none", "and", "or", "not", "in"})


class Scope:
    """Names and their values; inner scopes see the outer ones and hide names of theirs."""

    def __init__(self, values=None, outer=None):
        self._values = dict(values or {})
        self._outer = outer

    def __contains__(self, name):
        return name in self._values or (self._outer is not None and name in self._outer)

    def __getitem__(self, name):
        if name in self._values:
            return self._values[name]
        if self._outer is None:
            raise KeyError(name)
        return self._outer[name]

    def __setitem__(self, name, value):
        self._values[name] = value

    def inner(self, **values):
        return Scope(values, self)


class State:
    """What one rendering shares between all templates that take part in it."""

    def __init__(self, library=None):
        self.library = library
        self.including = []

    def enter(self, name, line):
        if name in self.including:
            chain = " -> ".join([*self.including, name])
            raise TemplateError(f"{name} includes itself: {chain}", line)
        if len(self.including) >= MAX_INCLUDES:
            raise TemplateError(f"more than {MAX_INCLUDES} templates inside one another", line)
        self.including.append(name)

    def leave(self):
        self.including.pop()


class Text:
    def __init__(self, text):
        self.text = text

    def render(self, out, scope, state):
        out.append(self.text)


class Print:
    """A value; nothing is printed for None."""

    def __init__(self, expression):
        self.expression = expression

    def render(self, out, scope, state):
        value = self.expression.value(scope)
        if value is None:
            return
        out.append(_as_text(value))


class Assign:
    def __init__(self, name, expression):
        self.name = name
        self.expression = expression

    def render(self, out, scope, state):
        scope[self.name] = self.expression.value(scope)


class Block:
    """Nodes one after the other."""

    def __init__(self):
        self.nodes = []

    def render(self, out, scope, state):
        for node in self.nodes:
            node.render(out, scope, state)


class Condition:
    """The block of the first test that holds, else the block without a test."""

    def __init__(self):
        self.branches = []
        self.otherwise = None

    def render(self, out, scope, state):
        for test, block in self.branches:
            if test.value(scope):
                block.render(out, scope.inner(), state)
                return
        if self.otherwise is not None:
            self.otherwise.render(out, scope.inner(), state)


class Loop:
    """A block for each item; mappings give key and value if two names are asked for."""

    def __init__(self, names, expression, line):
        self.names = names
        self.expression = expression
        self.line = line
        self.body = Block()
        self.empty = None

    def render(self, out, scope, state):
        items = self._items(scope)
        if not items and self.empty is not None:
            self.empty.render(out, scope.inner(), state)
        for index, item in enumerate(items):
            inner = scope.inner(loop=self._loop(index, len(items)), **self._bind(item))
            self.body.render(out, inner, state)

    def _items(self, scope):
        value = self.expression.value(scope)
        if value is None:
            return []
        if hasattr(value, "items") and len(self.names) == 2:
            return list(value.items())
        try:
            return list(value)
        except TypeError:
            raise TemplateError(f"can't loop over {value!r}", self.line) from None

    def _loop(self, index, length):
        return {
            "index": index,
            "number": index + 1,
            "first": index == 0,
            "last": index == length - 1,
            "length": length,
            "left": length - index - 1,
        }

    def _bind(self, item):
        if len(self.names) == 1:
            return {self.names[0]: item}
        try:
            values = tuple(item)
        except TypeError:
            values = ()
        if len(values) != len(self.names):
            raise TemplateError(f"{item!r} is not a pair", self.line)
        return dict(zip(self.names, values))


class Include:
    def __init__(self, expression, line):
        self.expression = expression
        self.line = line

    def render(self, out, scope, state):
        name = self.expression.value(scope)
        if state.library is None:
            raise TemplateError(f"no library to include {name!r} from", self.line)
        state.enter(name, self.line)
        try:
            state.library.get(name).root.render(out, scope.inner(), state)
        finally:
            state.leave()


class Template:
    """A parsed template.

    Raises:
        TemplateError: the source breaks the rules of the language.
    """

    def __init__(self, source, library=None):
        self.library = library
        self.root = _Parser(source).parse()

    def render(self, values=None):
        """The text of the template with these values."""
        out = []
        self.root.render(out, Scope(values), State(self.library))
        return "".join(out)


class _Parser:
    """Turns pieces into nodes. `_open` holds the tags that wait for their end: (word, node, outer block, line)."""

    def __init__(self, source):
        self._pieces = pieces(source)
        self._root = Block()
        self._block = self._root
        self._open = []

    def parse(self):
        for kind, text, line in self._pieces:
            if kind == "text":
                self._block.nodes.append(Text(text))
            elif kind == "print":
                self._block.nodes.append(Print(Expression(text, line)))
            else:
                self._tag(text, line)
        if self._open:
            word, _, _, line = self._open[-1]
            raise TemplateError(f"{word} has no end", line)
        return self._root

    def _tag(self, text, line):
        word, _, rest = text.partition(" ")
        handler = getattr(self, f"_tag_{word}", None) if _NAME.fullmatch(word) else None
        if handler is None:
            raise TemplateError(f"unknown tag {word!r}", line)
        handler(rest.strip(), line)

    def _push(self, word, node, block, line):
        self._open.append((word, node, self._block, line))
        self._block.nodes.append(node)
        self._block = block

    def _current(self, word, *allowed, line):
        if not self._open or self._open[-1][0] not in allowed:
            raise TemplateError(f"{word} outside of {' or '.join(allowed)}", line)
        return self._open[-1][1]

    def _tag_if(self, rest, line):
        node, block = Condition(), Block()
        node.branches.append((Expression(rest, line), block))
        self._push("if", node, block, line)

    def _tag_elif(self, rest, line):
        node = self._current("elif", "if", line=line)
        if node.otherwise is not None:
            raise TemplateError("elif after else", line)
        self._block = Block()
        node.branches.append((Expression(rest, line), self._block))

    def _tag_else(self, rest, line):
        node = self._current("else", "if", line=line)
        if node.otherwise is not None:
            raise TemplateError("a second else", line)
        self._block = node.otherwise = Block()

    def _tag_for(self, rest, line):
        match = _FOR.fullmatch(rest)
        if match is None:
            raise TemplateError("for wants: name in expression", line)
        names = [name for name in match.groups()[:2] if name]
        for name in names:
            _check_name(name, line)
        node = Loop(names, Expression(match.group(3), line), line)
        self._push("for", node, node.body, line)

    def _tag_empty(self, rest, line):
        node = self._current("empty", "for", line=line)
        self._block = node.empty = Block()

    def _tag_set(self, rest, line):
        match = _SET.fullmatch(rest)
        if match is None:
            raise TemplateError("set wants: name = expression", line)
        _check_name(match.group(1), line)
        self._block.nodes.append(Assign(match.group(1), Expression(match.group(2), line)))

    def _tag_include(self, rest, line):
        self._block.nodes.append(Include(Expression(rest, line), line))

    def _tag_end(self, rest, line):
        if not self._open:
            raise TemplateError("end of nothing", line)
        word, _, outer, _ = self._open.pop()
        if rest and rest != word:
            raise TemplateError(f"end {rest} closes {word}", line)
        self._block = outer


def _check_name(name, line):
    if name in RESERVED:
        raise TemplateError(f"{name} is a word of the language", line)


def _as_text(value):
    if value is True:
        return "yes"
    if value is False:
        return "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
