class ParcelError(Exception):
    """Anything this package complains about."""


class BadRecord(ParcelError):
    """A record isn't what its schema asks for; `path` says where, such as `address.zip`."""

    def __init__(self, message, path=""):
        super().__init__(f"{path}: {message}" if path else message)
        self.message = message
        self.path = path

    def inside(self, name):
        """The same complaint, seen from one level further out."""
        if not self.path:
            return BadRecord(self.message, name)
        return BadRecord(self.message, name + ("" if self.path.startswith("[") else ".") + self.path)


class BadData(ParcelError):
    """Bytes or text that nobody has packed."""


class BadQuery(ParcelError):
    """A query that can't be read."""
