"""Shortest ways through a network."""

from wayfinder.network import NoSuchStop
from wayfinder.queue import Queue


class NoRoute(Exception):
    """One stop can't be reached from another."""

    def __init__(self, start, end):
        super().__init__(f"no way from {start} to {end}")
        self.start = start
        self.end = end


class Route:
    """Stops in the order they are passed, and the length of the way."""

    def __init__(self, stops, length):
        self.stops = tuple(stops)
        self.length = length

    def __repr__(self):
        return f"Route({self.length}: {' > '.join(self.stops)})"

    def __eq__(self, other):
        if not isinstance(other, Route):
            return NotImplemented
        return (self.stops, self.length) == (other.stops, other.length)

    def __hash__(self):
        return hash((self.stops, self.length))

    def legs(self):
        """Pairs of stops that follow one another."""
        return list(zip(self.stops, self.stops[1:]))

    def then(self, other):
        """This route and, from its end on, another."""
        if self.stops[-1] != other.stops[0]:
            raise ValueError(f"{self!r} doesn't end where {other!r} starts")
        return Route(self.stops + other.stops[1:], self.length + other.length)


def _explore(network, start, avoid=(), closed=()):
    """Yield (length, stop, the stop before it), nearest first."""
    if start not in network:
        raise NoSuchStop(start)
    done = set(avoid)
    queue = Queue([(0, (start, None))])
    while queue:
        length, (stop, before) = queue.take()
        if stop in done:
            continue
        done.add(stop)
        yield length, stop, before
        for end, road in sorted(network.neighbours(stop).items()):
            if end not in done and (stop, end) not in closed:
                queue.put(length + road, (end, stop))


def distances(network, start):
    """Stop -> length of the shortest way from `start`, for every stop that can be reached."""
    return {stop: length for length, stop, _ in _explore(network, start)}


def within(network, start, limit):
    """Stops no further than `limit` from `start`, the nearest first, without `start`."""
    found = []
    for length, stop, _ in _explore(network, start):
        if length > limit:
            break
        if stop != start:
            found.append(stop)
    return found


def shortest(network, start, end, via=(), avoid=(), closed=()):
    """The shortest route, passing the stops of `via` in that order.

    Args:
        avoid: stops that may not be passed.
        closed: roads, as (start, end), that may not be used in that direction.

    Raises:
        NoRoute: there is no way.
        NoSuchStop: a stop isn't in the network.
    """
    points = [start, *via, end]
    route = Route([start], 0)
    for here, there in zip(points, points[1:]):
        route = route.then(_direct(network, here, there, avoid, closed))
    return route


def _direct(network, start, end, avoid, closed):
    if end not in network:
        raise NoSuchStop(end)
    came_from = {}
    for length, stop, before in _explore(network, start, avoid, closed):
        came_from[stop] = before
        if stop == end:
            stops = [end]
            while came_from[stops[-1]] is not None:
                stops.append(came_from[stops[-1]])
            return Route(reversed(stops), length)
    raise NoRoute(start, end)


def alternatives(network, start, end, count=3):
    """Up to `count` different routes, shortest first, each avoiding one leg of the best one."""
    best = shortest(network, start, end)
    found = [best]
    for leg in best.legs():
        try:
            other = shortest(network, start, end, closed=[leg])
        except NoRoute:
            continue
        if other not in found:
            found.append(other)
    found.sort(key=lambda route: (route.length, len(route.stops)))
    return found[:count]
