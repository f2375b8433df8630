"""Records of one schema by their key, with indexes."""

import copy

from parcel.errors import ParcelError


class Shelf:
    """Records by key. What is put in or got out is a copy.

    Args:
        key: the field that tells records apart.
        indexes: fields that can be looked up with `find`; a record stands under each value of a list.
    """

    def __init__(self, schema, key, indexes=()):
        self.schema = schema
        self.key = key
        self._records = {}
        self._indexes = {name: {} for name in indexes}
        self._saved = []

    def __len__(self):
        return len(self._records)

    def __contains__(self, key):
        return key in self._records

    def __iter__(self):
        return iter([copy.deepcopy(record) for record in self._records.values()])

    def get(self, key):
        """A copy of the record, or None."""
        return copy.deepcopy(self._records.get(key))

    def put(self, record):
        """Put a record in; one with the same key is replaced. Gives back its key."""
        made = self.schema.complete(record)
        key = made[self.key]
        self.delete(key)
        self._records[key] = made
        for name, index in self._indexes.items():
            for value in _values(made[name]):
                index.setdefault(value, []).append(key)
        return key

    def delete(self, key):
        """Take a record out; whether there was one."""
        record = self._records.pop(key, None)
        if record is None:
            return False
        for name, index in self._indexes.items():
            for value in _values(record[name]):
                index[value].remove(key)
                if not index[value]:
                    del index[value]
        return True

    def find(self, name, value):
        """Copies of the records that have this value, in the order they were put in."""
        return [self.get(key) for key in self._index(name).get(value, [])]

    def counts(self, name):
        """Value -> how many records have it, the most frequent first."""
        index = self._index(name)
        return {value: len(index[value]) for value in sorted(index, key=lambda each: -len(index[each]))}

    def begin(self):
        """From here on changes can be taken back. Each `begin` wants its own `commit` or `rollback`."""
        self._saved.append((dict(self._records), copy.deepcopy(self._indexes)))

    def commit(self):
        if not self._saved:
            raise ParcelError("nothing was begun")
        self._saved.pop()

    def rollback(self):
        """Everything is as it was at the last `begin`."""
        if not self._saved:
            raise ParcelError("nothing was begun")
        self._records, self._indexes = self._saved.pop()

    def _index(self, name):
        if name not in self._indexes:
            raise ParcelError(f"there is no index of {name}")
        return self._indexes[name]


def _values(value):
    """What a record stands under in an index: nothing for None, each different value of a list."""
    if value is None:
        return []
    return list(dict.fromkeys(value)) if isinstance(value, list) else [value]
