"""What has changed between two records, and doing or undoing it.

A patch is a list of (path, old, new). A path is a tuple of names; `GONE` stands for a name that isn't there.
"""

import copy

from parcel.errors import BadRecord


class _Gone:
    def __repr__(self):
        return "GONE"

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self


GONE = _Gone()


def diff(old, new):
    """The patch that turns one record into another; records inside them are compared name by name."""
    found = []
    for name in [*old, *(name for name in new if name not in old)]:
        before, after = old.get(name, GONE), new.get(name, GONE)
        if isinstance(before, dict) and isinstance(after, dict):
            found += [((name, *path), *change) for path, *change in diff(before, after)]
        elif not _same(before, after):
            found.append(((name,), copy.deepcopy(before), copy.deepcopy(after)))
    return found


def _same(one, other):
    """Equal and of the same type: 1 and True are different values."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    return type(one) is type(other) and one == other


def apply(patch, record):
    """A changed copy of the record.

    Raises:
        BadRecord: the record isn't what the patch was made for.
    """
    made = copy.deepcopy(record)
    for path, old, new in patch:
        *folders, name = path
        place = made
        for folder in folders:
            place = place.get(folder, GONE)
            if not isinstance(place, dict):
                raise BadRecord("is no record to be changed", ".".join(path))
        if not _same(place.get(name, GONE), old):
            raise BadRecord(f"is {place.get(name, GONE)!r}, not {old!r}", ".".join(path))
        if new is GONE:
            del place[name]
        else:
            place[name] = copy.deepcopy(new)
    return made


def invert(patch):
    """The patch that takes this one back."""
    return [(path, new, old) for path, old, new in reversed(patch)]


def compose(first, second):
    """One patch for two that follow each other; changes that are taken back are left out.

    Raises:
        BadRecord: the second doesn't fit after the first.
    """
    made = {path: (old, new) for path, old, new in first}
    for path, old, new in second:
        if path not in made:
            made[path] = (old, new)
            continue
        oldest, newest = made[path]
        if not _same(newest, old):
            raise BadRecord(f"is {newest!r}, not {old!r}", ".".join(path))
        made[path] = (oldest, new)
    return [(path, old, new) for path, (old, new) in made.items() if not _same(old, new)]
