"""Reads build files.

    CC = cc                        # expanded each time it is used
    FLAGS := -O2                   # expanded now
    FLAGS += -g
    MODE ?= fast                   # only if it has no value yet

    app: core.o main.o | folder    # what it needs | what only comes before it
        @inputs src/*.h !src/old.h
        @uses CC MODE
        @seconds 12
        $(CC) -o $@ $^

    %.o: %.c                       # makes what is needed and has no rule of its own; once in a chain
        $(CC) -c $< -o $@

A line that ends in a backslash goes on in the next one. `ifdef NAME`, `ifndef NAME` and `ifeq one, other`
take the lines up to `else` or `endif` only sometimes; `include other.build` reads another file in place.
"""

import re

from foreman.errors import ParseError
from foreman.graph import Graph, Target
from foreman.patterns import matches, stem

_ASSIGNMENT = re.compile(r"([A-Za-z_][\w.-]*)\s*(\?=|\+=|:=|=)\s*(.*)")
_COMMENT = re.compile(r"(?<!\\)#.*")
MAX_INCLUDES = 16


def _lines(text):
    """Yield (number, indented, text) without comments; joined lines have the number of the first one."""
    parts, first, indented = [], 0, False
    for number, raw in enumerate(text.splitlines(), 1):
        line = _COMMENT.sub("", raw).replace("\\#", "#").rstrip()
        if not parts:
            first, indented = number, raw[:1].isspace()
        goes_on = line.endswith("\\")
        parts.append(line[:-1].strip() if goes_on else line.strip())
        if goes_on:
            continue
        joined = " ".join(part for part in parts if part)
        parts = []
        if joined:
            yield first, indented, joined
    if any(parts):
        yield first, indented, " ".join(part for part in parts if part)


class Variables:
    """Names and their texts. What is in `fixed` can't be changed by the file."""

    def __init__(self, fixed=None):
        self._fixed = dict(fixed or {})
        self._texts = {}
        self._expanding = []

    def __contains__(self, name):
        return name in self._fixed or name in self._texts

    def assign(self, name, operator, text):
        if operator == "?=" and name in self:
            return
        if operator == ":=":
            text = self.expand(text).replace("$", "$$")
        elif operator == "+=" and name in self._texts:
            text = f"{self._texts[name]} {text}".strip()
        self._texts[name] = text

    def value(self, name, automatic=None):
        """The expanded text of a name; empty if it has none."""
        if automatic and name in automatic:
            return automatic[name]
        if name in self._fixed:
            return self._fixed[name]
        if name in self._expanding:
            raise ValueError(f"{name} is defined by itself")
        self._expanding.append(name)
        try:
            return self.expand(self._texts.get(name, ""), automatic)
        finally:
            self._expanding.pop()

    def expand(self, text, automatic=None):
        """The text with `$(..)`, `$$` and the one-character names replaced.

        Args:
            automatic: the names that have a value only here, such as `@`.

        Raises:
            ValueError: the text breaks the rules.
        """
        out, at = [], 0
        while True:
            mark = text.find("$", at)
            if mark < 0:
                out.append(text[at:])
                return "".join(out)
            out.append(text[at:mark])
            following = text[mark + 1 : mark + 2]
            if following == "(":
                end = _closing(text, mark + 1)
                out.append(self._reference(text[mark + 2 : end], automatic))
                at = end + 1
            elif following == "$":
                out.append("$")
                at = mark + 2
            elif following:
                out.append(self.value(following, automatic))
                at = mark + 2
            else:
                raise ValueError("a $ at the end")

    def _reference(self, inside, automatic):
        word, space, rest = inside.partition(" ")
        if space and word in FUNCTIONS:
            function, count = FUNCTIONS[word]
            arguments = [self.expand(part.strip(), automatic) for part in _split(rest)]
            if len(arguments) != count:
                raise ValueError(f"{word} wants {count} arguments, not {len(arguments)}")
            return function(*arguments)
        name, colon, change = inside.partition(":")
        if not colon:
            return self.value(self.expand(inside, automatic), automatic)
        old, equals, new = change.partition("=")
        if not equals:
            raise ValueError(f"$({inside}) has no =")
        words = self.value(name, automatic).split()
        return " ".join(_changed(word, old, new) for word in words)


def _closing(text, start):
    """Where the parenthesis that opens at `start` closes."""
    depth = 0
    for at in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return at
    raise ValueError("a parenthesis is never closed")


def _split(text):
    """The parts between commas that are in no parentheses."""
    parts, depth = [""], 0
    for char in text:
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def _changed(word, old, new):
    """A word with another ending, or another shape if there is a `%`."""
    if "%" not in old:
        old, new = f"%{old}", f"%{new}"
    middle = stem(old, word)
    return word if middle is None else new.replace("%", middle, 1)


def _keep(pattern, words):
    return " ".join(word for word in words.split() if matches(pattern, word))


def _drop(pattern, words):
    return " ".join(word for word in words.split() if not matches(pattern, word))


def _sort(words):
    return " ".join(sorted(set(words.split())))


def _prefix(text, words):
    return " ".join(text + word for word in words.split())


FUNCTIONS = {
    "upper": (str.upper, 1),
    "lower": (str.lower, 1),
    "sort": (_sort, 1),
    "count": (lambda words: str(len(words.split())), 1),
    "keep": (_keep, 2),
    "drop": (_drop, 2),
    "prefix": (_prefix, 2),
    "replace": (lambda old, new, text: text.replace(old, new), 3),
    "if": (lambda test, then, otherwise: then if test else otherwise, 3),
}


class _Rule:
    """A rule as it stands in the file; its commands are expanded when the target is made."""

    def __init__(self, name, needs, after, line, source):
        self.name = name
        self.needs = needs
        self.after = after
        self.line = line
        self.source = source
        self.commands = []
        self.inputs = []
        self.uses = []
        self.seconds = 1
        self.always = False

    def target(self, variables, files, name, middle):
        """The target of this name; needs that are files become inputs."""
        needs = [need.replace("%", middle) for need in self.needs] if "%" in self.name else self.needs
        after = [each.replace("%", middle) for each in self.after] if "%" in self.name else self.after
        automatic = {"@": name, "^": " ".join(needs), "<": needs[0] if needs else "", "*": middle}
        commands = []
        for line, command in self.commands:
            try:
                commands.append(variables.expand(command, automatic))
            except ValueError as error:
                raise ParseError(str(error), line, self.source) from None
        return Target(
            name,
            needs=[need for need in needs if need not in files],
            after=after,
            inputs=[*self.inputs, *(need for need in needs if need in files)],
            commands=commands,
            uses=self.uses,
            seconds=self.seconds,
            always=self.always,
        )


class _Reader:
    """Reads lines into rules. `_open` holds the conditions that wait for their end."""

    def __init__(self, variables, read):
        self.variables = variables
        self.rules = []
        self._read = read
        self._current = []
        self._open = []
        self._sources = []

    def read(self, text, source):
        self._sources.append(source)
        depth = len(self._open)
        for number, indented, line in _lines(text):
            try:
                self._line(number, indented, line)
            except ValueError as error:
                raise ParseError(str(error), number, source) from None
        if len(self._open) > depth:
            raise ParseError("a condition has no endif", self._open[-1]["line"], source)
        self._sources.pop()

    def _line(self, number, indented, line):
        word, _, rest = line.partition(" ")
        if word in ("ifdef", "ifndef", "ifeq", "else", "endif"):
            self._condition(word, rest.strip(), number)
        elif not all(condition["taken"] for condition in self._open):
            return
        elif indented:
            self._recipe(number, line)
        elif word == "include":
            self._include(self.variables.expand(rest.strip()), number)
        else:
            self._current = []
            match = _ASSIGNMENT.fullmatch(line)
            if match:
                self.variables.assign(*match.groups())
            else:
                self._rule(number, line)

    def _condition(self, word, rest, number):
        if word in ("else", "endif"):
            if not self._open:
                raise ValueError(f"{word} without a condition")
            if word == "endif":
                self._open.pop()
                return
            condition = self._open[-1]
            if condition["else"]:
                raise ValueError("a second else")
            condition.update({"else": True, "taken": not condition["taken"]})
            return
        if word == "ifeq":
            sides = [self.variables.expand(part.strip()) for part in _split(rest)]
            if len(sides) != 2:
                raise ValueError("ifeq wants two texts with a comma between them")
            taken = sides[0] == sides[1]
        else:
            taken = (rest in self.variables) == (word == "ifdef")
        self._open.append({"taken": taken, "else": False, "line": number})

    def _include(self, name, number):
        if name in self._sources:
            raise ValueError(f"{name} includes itself")
        if len(self._sources) > MAX_INCLUDES:
            raise ValueError(f"more than {MAX_INCLUDES} files inside one another")
        text = self._read(name) if self._read else None
        if text is None:
            raise ValueError(f"no file {name!r} to include")
        self._current = []
        self.read(text, name)
        self._current = []

    def _rule(self, number, line):
        left, colon, right = self.variables.expand(line).partition(":")
        names = left.split()
        if not colon or not names:
            raise ValueError(f"{line!r} is neither a rule nor an assignment")
        needs, _, after = right.partition("|")
        self._current = [
            _Rule(name, needs.split(), after.split(), number, self._sources[-1]) for name in names
        ]
        self.rules += self._current

    def _recipe(self, number, line):
        if not self._current:
            raise ValueError("a command outside of a rule")
        word, _, rest = line.partition(" ")
        for rule in self._current:
            if not word.startswith("@"):
                rule.commands.append((number, line))
            elif word == "@inputs":
                rule.inputs += self.variables.expand(rest).split()
            elif word == "@uses":
                rule.uses += rest.split()
            elif word == "@seconds":
                rule.seconds = _seconds(self.variables.expand(rest))
            elif word == "@always":
                rule.always = True
            else:
                raise ValueError(f"unknown option {word}")


def _seconds(text):
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{text!r} is no number of seconds") from None
    if not 0 <= value < float("inf"):
        raise ValueError(f"{text!r} is no number of seconds")
    return int(value) if value.is_integer() else value


class BuildFile:
    """What a build file says: the graph, the variables, and the target to build if none is asked for."""

    def __init__(self, graph, variables, default):
        self.graph = graph
        self.variables = variables
        self.default = default


def parse(text, variables=None, files=(), read=None, wanted=(), source="build file"):
    """Read a build file.

    Args:
        variables: name -> text; they come before what the file says.
        files: the paths that exist: needs of these names are inputs, not targets.
        read: gives the text of a file to include, or None.
        wanted: names of targets that may be made by a pattern rule though nothing needs them.

    Raises:
        ParseError: the file can't be read, or something is needed that nothing makes.
    """
    reader = _Reader(Variables(variables), read)
    reader.read(text, source)
    plain = _merged([rule for rule in reader.rules if "%" not in rule.name])
    patterns = [rule for rule in reader.rules if "%" in rule.name]
    graph, files = Graph(), frozenset(files)
    for rule in plain.values():
        graph.add(rule.target(reader.variables, files, rule.name, ""))
    waiting = [(name, None, ()) for name in wanted]
    waiting += [(name, plain[target.name], ()) for target in graph for name in target.before()]
    while waiting:
        name, rule, chain = waiting.pop(0)
        if name in graph:
            continue
        found = _by_pattern([each for each in patterns if each not in chain], name, graph, files)
        if found is None:
            line, where = (rule.line, rule.source) if rule else (1, source)
            raise ParseError(f"nothing makes {name!r}", line, where)
        made_by, middle = found
        target = made_by.target(reader.variables, files, name, middle)
        graph.add(target)
        waiting += [(each, made_by, (*chain, made_by)) for each in target.before()]
    return BuildFile(graph, reader.variables, next(iter(plain), None))


def _merged(rules):
    """Rules by name; those of one name are put together, but only one of them may have commands."""
    found = {}
    for rule in rules:
        first = found.setdefault(rule.name, rule)
        if first is rule:
            continue
        if first.commands and rule.commands:
            raise ParseError(f"{rule.name} has commands already", rule.line, rule.source)
        first.commands = first.commands or rule.commands
        first.needs = [*first.needs, *(need for need in rule.needs if need not in first.needs)]
        first.after = [*first.after, *(each for each in rule.after if each not in first.after)]
        first.inputs += rule.inputs
        first.uses += rule.uses
        first.always = first.always or rule.always
        first.seconds = max(first.seconds, rule.seconds)
    return found


def _by_pattern(patterns, name, graph, files):
    """(rule, stem) of the first pattern rule that makes `name`; those whose needs exist come first."""
    fitting = [(rule, stem(rule.name, name)) for rule in patterns if stem(rule.name, name) is not None]
    for rule, middle in fitting:
        needs = [need.replace("%", middle) for need in rule.needs]
        if all(need in files or need in graph for need in needs):
            return rule, middle
    return fitting[0] if fitting else None
