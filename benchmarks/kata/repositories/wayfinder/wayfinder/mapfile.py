"""Maps as text: a road a line."""

import re

from wayfinder.network import Network

_NAME = r"[^:<>\s-][^:<>-]*?"
_LINE = re.compile(rf"(?P<start>{_NAME})\s*(?P<arrow>--|->)\s*(?P<end>{_NAME})\s*(?::\s*(?P<length>\S+))?")


class MapError(ValueError):
    """A line that is no road."""

    def __init__(self, number, line):
        super().__init__(f"line {number}: {line!r} is neither a stop nor a road")
        self.number = number


def load(text):
    """The network that a text describes. A line with only a name is a stop without roads.

    Raises:
        MapError: a line can't be read.
    """
    network = Network()
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.split("#", 1)[0].strip()
        if not line:
            continue
        match = _LINE.fullmatch(line)
        if match is not None:
            length = _length(match["length"], number, raw)
            network.connect(match["start"], match["end"], length, one_way=match["arrow"] == "->")
        elif any(char in line for char in ":-<>"):
            raise MapError(number, raw)
        else:
            network.add(line)
    return network


def _length(text, number, line):
    if text is None:
        return 1
    try:
        value = float(text)
    except ValueError:
        raise MapError(number, line) from None
    if not 0 <= value < float("inf"):
        raise MapError(number, line)
    return int(value) if value.is_integer() else value


def dump(network):
    """Text that `load` reads back; roads used both ways are written once."""
    lines = [stop for stop in network.stops() if network.degree(stop) == 0]
    for start, end, length in network.roads():
        if network.length(end, start) != length:
            lines.append(f"{start} -> {end}: {length}")
        elif start < end:
            lines.append(f"{start} -- {end}: {length}")
    return "".join(line + "\n" for line in lines)
