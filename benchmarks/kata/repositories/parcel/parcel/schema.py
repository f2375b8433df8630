"""What records of one kind look like."""

import copy

from parcel.errors import BadRecord

MISSING = object()


class Field:
    """One named value of a record. Without a default it must be given.

    The number stands for the name in packed records: names may change, numbers may not.
    """

    def __init__(self, number, name, kind, default=MISSING):
        if number < 1:
            raise ValueError("field numbers start at 1")
        self.number = number
        self.name = name
        self.kind = kind
        self.default = default

    @property
    def required(self):
        return self.default is MISSING


class Schema:
    """The fields of a record, in the order in which they are shown."""

    def __init__(self, name, fields, version=1):
        self.name = name
        self.version = version
        self.fields = tuple(fields)
        self._by_name = {field.name: field for field in self.fields}
        self._by_number = {field.number: field for field in self.fields}
        if not len(self._by_name) == len(self._by_number) == len(self.fields):
            raise ValueError(f"{name}: two fields have the same name or number")

    def __contains__(self, name):
        return name in self._by_name

    def __getitem__(self, name):
        return self._by_name[name]

    def numbered(self, number):
        """The field with this number, or None."""
        return self._by_number.get(number)

    def complete(self, record):
        """A checked copy of the record with all its fields, in order; defaults are filled in.

        Raises:
            BadRecord: a field is missing, unknown, or of another kind.
        """
        unknown = sorted(set(record) - set(self._by_name))
        if unknown:
            raise BadRecord("no such field", unknown[0])
        made = {}
        for field in self.fields:
            if field.name in record:
                made[field.name] = self._checked(field, record[field.name])
            elif field.required:
                raise BadRecord("is missing", field.name)
            else:
                made[field.name] = copy.deepcopy(field.default)
        return made

    def problems(self, record):
        """All complaints about a record, as texts, in the order of the fields, unknown ones at the end."""
        found = []
        for field in self.fields:
            try:
                if field.name in record:
                    self._checked(field, record[field.name])
                elif field.required:
                    raise BadRecord("is missing", field.name)
            except BadRecord as error:
                found.append(str(error))
        found += [f"{name}: no such field" for name in sorted(set(record) - set(self._by_name))]
        return found

    def _checked(self, field, value):
        if value is None and field.default is None:
            return None
        try:
            return field.kind.check(value)
        except BadRecord as error:
            raise error.inside(field.name) from None
