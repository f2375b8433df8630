"""Checksums that find damage in storage or on the way; they are no protection against forgery."""

_POLYNOMIAL = 0x1021


def _table():
    found = []
    for index in range(256):
        value = index << 8
        for _ in range(8):
            value = value << 1 ^ _POLYNOMIAL if value & 0x8000 else value << 1
        found.append(value & 0xFFFF)
    return found


_TABLE = _table()


class Checksum:
    """A CRC-16 (polynomial 0x1021, starting from 0xFFFF) over bytes that come in pieces."""

    def __init__(self, data=b""):
        self.value = 0xFFFF
        self.length = 0
        self.update(data)

    def update(self, data):
        for byte in data:
            self.value = (self.value << 8 & 0xFFFF) ^ _TABLE[self.value >> 8 ^ byte]
        self.length += len(data)
        return self

    def copy(self):
        """A checksum of the same bytes that goes its own way from here."""
        made = Checksum()
        made.value, made.length = self.value, self.length
        return made

    def digest(self):
        return self.value.to_bytes(2, "big")


def check_digit(text):
    """The digit that, put after these digits, makes `is_valid` true (Luhn). Blanks and dashes don't count."""
    return str(-_weigh(text + "0") % 10)


def is_valid(text):
    """Whether the last digit is the check digit of the others."""
    digits = [char for char in text if char not in " -"]
    return len(digits) > 1 and all(char in "0123456789" for char in digits) and _weigh(text) % 10 == 0


def _weigh(text):
    total = 0
    digits = [int(char) for char in text if char not in " -"]
    for position, digit in enumerate(reversed(digits)):
        if position % 2:
            digit = digit * 2 - 9 if digit > 4 else digit * 2
        total += digit
    return total
