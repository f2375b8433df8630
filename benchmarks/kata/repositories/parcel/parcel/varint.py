"""Whole numbers in as few bytes as they need, and reading bytes one piece after the other."""

from parcel.errors import BadData

LONGEST = 10


def write(value, out):
    """Append a number from 0 on: seven bits a byte, the low ones first; the top bit says that more follow."""
    if value < 0 or value >= 1 << 64:
        raise ValueError(f"{value} doesn't fit")
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def zigzag(value):
    """0, -1, 1, -2 .. as 0, 1, 2, 3 .., so that numbers near zero stay short."""
    return value << 1 if value >= 0 else (-value << 1) - 1


def unzigzag(value):
    return -((value + 1) >> 1) if value & 1 else value >> 1


class Cursor:
    """Bytes and how far they have been read."""

    def __init__(self, data):
        self._data = bytes(data)
        self.at = 0

    @property
    def left(self):
        return len(self._data) - self.at

    def take(self, count):
        """The next `count` bytes."""
        if count > self.left:
            raise BadData(f"{count} bytes wanted at {self.at}, but {self.left} are left")
        self.at += count
        return self._data[self.at - count : self.at]

    def number(self):
        """The number that `write` has written."""
        value = 0
        for position in range(LONGEST):
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << (7 * position)
            if byte < 0x80:
                if byte == 0 and position:
                    raise BadData(f"a number at {self.at} is longer than it need be")
                if value >= 1 << 64:
                    break
                return value
        raise BadData(f"a number at {self.at} is too large")

    def part(self):
        """A cursor over the next bytes; their count stands before them."""
        return Cursor(self.take(self.number()))

    def finish(self):
        """Raises BadData if anything is left."""
        if self.left:
            raise BadData(f"{self.left} bytes too many")
