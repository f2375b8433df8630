class BuildError(Exception):
    """Something is wrong with a build."""


class Cycle(BuildError):
    """Targets that wait for one another; `names` starts and ends with the same one."""

    def __init__(self, names):
        super().__init__(" -> ".join(names))
        self.names = list(names)


class UnknownTarget(BuildError):
    def __init__(self, name, close=()):
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        super().__init__(f"no target {name!r}{hint}")
        self.name = name


class ParseError(BuildError):
    """A build file can't be read; `line` is where, counted from 1."""

    def __init__(self, message, line, source="build file"):
        super().__init__(f"{source}, line {line}: {message}")
        self.line = line
        self.source = source
