"""A network of stops and roads."""


class NoSuchStop(KeyError):
    """A stop that isn't in the network."""

    def __str__(self):
        return f"no stop {self.args[0]!r}"


class Network:
    """Stops by name; roads have a length of zero or more and may be one way."""

    def __init__(self):
        self._roads = {}

    def __len__(self):
        return len(self._roads)

    def __contains__(self, stop):
        return stop in self._roads

    def stops(self):
        return sorted(self._roads)

    def add(self, stop):
        """A stop without roads; nothing happens if it exists."""
        self._roads.setdefault(stop, {})

    def connect(self, start, end, length=1, one_way=False):
        """Build a road, or change the length of the one there is."""
        if length < 0:
            raise ValueError(f"length can't be negative: {length}")
        if start == end:
            raise ValueError(f"a road from {start} to itself")
        self.add(start)
        self.add(end)
        self._roads[start][end] = length
        if not one_way:
            self._roads[end][start] = length

    def disconnect(self, start, end):
        """Remove the road in both directions.

        Raises:
            KeyError: there is none in either.
        """
        there = self._roads.get(start, {}).pop(end, None)
        back = self._roads.get(end, {}).pop(start, None)
        if there is None and back is None:
            raise KeyError(f"no road between {start} and {end}")

    def remove(self, stop):
        """Remove a stop and every road from and to it."""
        self._known(stop)
        del self._roads[stop]
        for roads in self._roads.values():
            roads.pop(stop, None)

    def neighbours(self, stop):
        """Stop -> length of every road that leaves a stop."""
        return dict(self._known(stop))

    def length(self, start, end):
        """Length of the road, or None."""
        return self._known(start).get(end)

    def roads(self):
        """(start, end, length) of every road in each direction it can be used, in order."""
        return [
            (start, end, length)
            for start in self.stops()
            for end, length in sorted(self._roads[start].items())
        ]

    def is_one_way(self, start, end):
        return end in self._known(start) and start not in self._known(end)

    def degree(self, stop):
        """Number of roads that leave or enter a stop; a road used both ways counts once."""
        entering = {start for start, end, _ in self.roads() if end == stop}
        return len(entering.union(self._known(stop)))

    def reversed(self):
        """The network with every one-way road turned round."""
        other = Network()
        for stop in self._roads:
            other.add(stop)
        for start, end, length in self.roads():
            other.connect(end, start, length, one_way=True)
        return other

    def part(self, stops):
        """The network of these stops and the roads between them."""
        wanted = set(stops)
        other = Network()
        for stop in wanted:
            self._known(stop)
            other.add(stop)
        for start, end, length in self.roads():
            if start in wanted and end in wanted:
                other.connect(start, end, length, one_way=True)
        return other

    def _known(self, stop):
        if stop not in self._roads:
            raise NoSuchStop(stop)
        return self._roads[stop]
