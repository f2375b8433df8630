"""Expressions: `order.total >= 10 and not paid`, `name | default: "you" | title`."""

import operator
import re

from quill.errors import TemplateError, Undefined
from quill.filters import FILTERS

_TOKEN = re.compile(r"""\s*("[^"]*"|'[^']*'|-?\d+(?:\.\d+)?|[A-Za-z_][\w.]*|==|!=|<=|>=|<|>|\||:|,)""")
_COMPARE = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda item, group: item in group,
}
_CONSTANTS = {"true": True, "false": False, "none": None}


def tokenize(text, line):
    tokens, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise TemplateError(f"can't read {text[position:]!r}", line)
        tokens.append(match.group(1))
        position = match.end()
    return tokens


def lookup(path, scope):
    """The value of `a.b.c`: keys of mappings, indexes of lists, attributes of objects."""
    name, *rest = path.split(".")
    if name not in scope:
        raise Undefined(f"{name} has no value")
    value = scope[name]
    for part in rest:
        if part.startswith("_"):
            raise TemplateError(f"{part} is private")
        try:
            if isinstance(value, (list, tuple)):
                value = value[int(part)]
            elif hasattr(value, "keys"):
                value = value[part]
            else:
                value = getattr(value, part)
        except (KeyError, IndexError, AttributeError, ValueError):
            raise Undefined(f"{path}: no {part} there") from None
    return value


class Expression:
    """One expression, parsed once and evaluated in any scope."""

    def __init__(self, text, line=None):
        self.line = line
        self._tokens = tokenize(text, line)
        if not self._tokens:
            raise TemplateError("an expression is missing", line)
        self._evaluate = self._either()
        if self._tokens:
            raise TemplateError(f"unexpected {self._tokens[0]!r}", line)

    def value(self, scope):
        try:
            return self._evaluate(scope)
        except TemplateError as error:
            raise type(error)(error.message, error.line or self.line) from None
        except TypeError as error:
            raise TemplateError(str(error), self.line) from None

    def _next(self):
        if not self._tokens:
            raise TemplateError("the expression ends too early", self.line)
        return self._tokens.pop(0)

    def _accept(self, *wanted):
        if self._tokens and self._tokens[0] in wanted:
            return self._tokens.pop(0)
        return None

    def _either(self):
        left = self._both()
        while self._accept("or"):
            left = _either_of(left, self._both())
        return left

    def _both(self):
        left = self._negation()
        while self._accept("and"):
            left = _both_of(left, self._negation())
        return left

    def _negation(self):
        if self._accept("not"):
            inner = self._negation()
            return lambda scope: not inner(scope)
        left = self._filtered()
        sign = self._accept(*_COMPARE)
        if sign is None:
            return left
        compare, right = _COMPARE[sign], self._filtered()
        return lambda scope: compare(left(scope), right(scope))

    def _filtered(self):
        value = self._operand()
        while self._accept("|"):
            name = self._next()
            if name not in FILTERS:
                raise TemplateError(f"no filter {name!r}", self.line)
            arguments = []
            if self._accept(":"):
                arguments.append(self._operand())
                while self._accept(","):
                    arguments.append(self._operand())
            value = _filter_of(FILTERS[name], name == "default", value, arguments)
        return value

    def _operand(self):
        token = self._next()
        if token[0] in "\"'":
            return lambda scope: token[1:-1]
        if token.lstrip("-")[:1].isdigit():
            number = float(token) if "." in token else int(token)
            return lambda scope: number
        if token in _CONSTANTS:
            return lambda scope: _CONSTANTS[token]
        if not (token[0].isalpha() or token[0] == "_"):
            raise TemplateError(f"unexpected {token!r}", self.line)
        return lambda scope: lookup(token, scope)


def _either_of(left, right):
    return lambda scope: left(scope) or right(scope)


def _both_of(left, right):
    return lambda scope: left(scope) and right(scope)


def _filter_of(function, tolerant, value, arguments):
    def evaluate(scope):
        try:
            subject = value(scope)
        except Undefined:
            if not tolerant:
                raise
            subject = None
        return function(subject, *(argument(scope) for argument in arguments))

    return evaluate
