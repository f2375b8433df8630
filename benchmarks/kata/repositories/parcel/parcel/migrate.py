"""Turning records of one version of a schema into another's."""

import copy
from collections import deque

from parcel.errors import BadRecord, ParcelError


class Migrations:
    """The versions of a schema and the steps between them.

    A step is a function that gets a record of its own and gives back (or just changes) the record.
    """

    def __init__(self, *schemas):
        self._schemas = {schema.version: schema for schema in schemas}
        self._steps = {}

    def schema(self, version):
        if version not in self._schemas:
            raise ParcelError(f"there is no version {version}")
        return self._schemas[version]

    def step(self, start, end):
        """Decorate a function with this: it is the step from one version to another."""

        def register(function):
            if (start, end) in self._steps:
                raise ParcelError(f"there is a step from {start} to {end} already")
            self.schema(start), self.schema(end)
            self._steps[start, end] = function
            return function

        return register

    def rename(self, start, end, **names):
        """Add steps in both directions: what was called `old` is called `new` (`old="new"`)."""

        def renamed(record, table):
            return {table.get(name, name): value for name, value in record.items()}

        back = {new: old for old, new in names.items()}
        self.step(start, end)(lambda record: renamed(record, names))
        self.step(end, start)(lambda record: renamed(record, back))

    def path(self, start, end):
        """The versions from `start` to `end`, with as few steps as possible.

        Raises:
            ParcelError: there is no way.
        """
        self.schema(start), self.schema(end)
        came_from, queue = {start: None}, deque([start])
        while queue:
            at = queue.popleft()
            if at == end:
                break
            for one, other in sorted(self._steps):
                if one == at and other not in came_from:
                    came_from[other] = at
                    queue.append(other)
        if end not in came_from:
            raise ParcelError(f"no way from version {start} to {end}")
        versions = [end]
        while came_from[versions[-1]] is not None:
            versions.append(came_from[versions[-1]])
        return versions[::-1]

    def move(self, record, start, end):
        """A record of version `end`; the one given stays as it is.

        Raises:
            BadRecord: a step gives what its version doesn't allow.
        """
        made = self.schema(start).complete(copy.deepcopy(record))
        versions = self.path(start, end)
        for one, other in zip(versions, versions[1:]):
            changed = self._steps[one, other](made)
            schema = self.schema(other)
            try:
                made = schema.complete(made if changed is None else changed)
            except BadRecord as error:
                raise BadRecord(f"after the step from {one} to {other}: {error}") from None
        return made
