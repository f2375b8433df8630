"""Fingerprints: equal as long as nothing has changed that goes into a target."""

import hashlib

from foreman.patterns import select


def digest(*parts):
    """A hash of texts and bytes; where one part ends and the next begins matters."""
    state = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else bytes(part)
        state.update(b"%d:" % len(data))
        state.update(data)
    return state.hexdigest()


class Fingerprints:
    """The fingerprints of a graph's targets.

    Args:
        files: path -> content, as bytes or text.
        settings: name -> text; only those that a target uses count for it.
    """

    def __init__(self, graph, files=None, settings=None):
        self._graph = graph
        self._files = dict(files or {})
        self._settings = dict(settings or {})
        self._known = {}

    def of(self, name):
        """The fingerprint of a target."""
        for each in self._graph.order([name]):
            if each not in self._known:
                self._known[each] = self._compute(self._graph[each])
        return self._known[name]

    def inputs(self, name):
        """The paths of the files that a target is made from."""
        return select(self._graph[name].inputs, self._files)

    def write(self, path, content):
        """Put or replace a file."""
        self._files[path] = content
        self._forget(path)

    def remove(self, path):
        """Take a file away; it is no mistake if it isn't there."""
        if path in self._files:
            self._forget(path)
            del self._files[path]

    def set(self, name, value):
        """Change a setting."""
        self._settings[name] = value
        users = [target.name for target in self._graph if name in target.uses]
        self._drop(users)

    def _forget(self, path):
        self._drop(target.name for target in self._graph if select(target.inputs, [path]))

    def _drop(self, names):
        for name in self._graph.affected(names):
            self._known.pop(name, None)

    def _compute(self, target):
        parts = ["target", target.name, str(len(target.commands)), *target.commands]
        for path in self.inputs(target.name):
            parts += ["file", path, self._files[path]]
        for name in sorted(target.uses):
            value = self._settings.get(name)
            parts += ["setting", name] if value is None else ["setting", name, value]
        for name in sorted(target.needs):
            parts += ["need", name, self._known[name]]
        return digest(*parts)
