"""The head of a message: named fields in their order."""

from mailroom.errors import MailError

WIDTH = 78


class Headers:
    """Fields by name, without regard to case; a name may stand more than once."""

    def __init__(self, fields=()):
        self._fields = [(name, value) for name, value in fields]

    @classmethod
    def parse(cls, text):
        """Fields from lines; a line that starts with white space goes on with the one before.

        Raises:
            MailError: a line is neither a field nor goes on with one.
        """
        fields = []
        for line in text.splitlines():
            if line[:1] in (" ", "\t") and fields:
                name, value = fields[-1]
                fields[-1] = (name, f"{value} {line.strip()}".strip())
                continue
            name, colon, value = line.partition(":")
            if not colon or not name.strip() or " " in name.strip():
                raise MailError(f"{line!r} is no header field")
            fields.append((name.strip(), value.strip()))
        return cls(fields)

    def __contains__(self, name):
        return any(_same(name, field) for field, _ in self._fields)

    def __iter__(self):
        return iter(self._fields)

    def get(self, name, other=""):
        """The first value of that name."""
        return next((value for field, value in self._fields if _same(name, field)), other)

    def all(self, name):
        return [value for field, value in self._fields if _same(name, field)]

    def add(self, name, value):
        self._fields.append((name, value))

    def set(self, name, value):
        """Put a value in the place of the first of that name, and take the others out."""
        places = [place for place, (field, _) in enumerate(self._fields) if _same(name, field)]
        if not places:
            self.add(name, value)
            return
        self._fields[places[0]] = (name, value)
        for place in reversed(places[1:]):
            del self._fields[place]

    def remove(self, name):
        self._fields = [(field, value) for field, value in self._fields if not _same(name, field)]

    def copy(self):
        return Headers(self._fields)

    def __str__(self):
        return "".join(folded(name, value) + "\n" for name, value in self._fields)


def folded(name, value, width=WIDTH):
    """A field in lines of at most `width` characters, as far as it has spaces to break at."""
    lines, line = [], f"{name}:"
    for word in value.split(" "):
        if len(line) + 1 + len(word) > width and line.strip() not in ("", f"{name}:"):
            lines.append(line)
            line = ""
        line += " " + word
    return "\n".join([*lines, line])


def _same(one, other):
    return one.lower() == other.lower()
