"""Half-open intervals of anything that can be ordered: dates, datetimes, numbers."""


class Interval:
    """From `start` up to, not including, `end`."""

    def __init__(self, start, end):
        if end < start:
            raise ValueError(f"interval ends ({end}) before it starts ({start})")
        self.start = start
        self.end = end

    def __repr__(self):
        return f"Interval({self.start!r}, {self.end!r})"

    def __eq__(self, other):
        if not isinstance(other, Interval):
            return NotImplemented
        return (self.start, self.end) == (other.start, other.end)

    def __hash__(self):
        return hash((self.start, self.end))

    def __contains__(self, moment):
        return self.start <= moment < self.end

    def __bool__(self):
        return self.start < self.end

    @property
    def length(self):
        return self.end - self.start

    def overlaps(self, other):
        """Whether the two share any moment."""
        return self.start < other.end and other.start < self.end

    def touches(self, other):
        """Whether one begins exactly where the other ends."""
        return self.end == other.start or other.end == self.start

    def covers(self, other):
        """Whether all of `other` lies within."""
        return self.start <= other.start and other.end <= self.end

    def intersection(self, other):
        """What both have in common, or None."""
        if not self.overlaps(other):
            return None
        return Interval(max(self.start, other.start), min(self.end, other.end))

    def minus(self, other):
        """The parts of this interval outside of `other`: none, one or two intervals."""
        if not self.overlaps(other):
            return [self]
        parts = []
        if self.start < other.start:
            parts.append(Interval(self.start, other.start))
        if other.end < self.end:
            parts.append(Interval(other.end, self.end))
        return parts

    def shifted(self, by):
        return Interval(self.start + by, self.end + by)


def merge(intervals):
    """The same moments in as few intervals as possible, in order."""
    merged = []
    for current in sorted(intervals, key=lambda item: (item.start, item.end)):
        if merged and current.start <= merged[-1].end:
            last = merged.pop()
            current = Interval(last.start, max(last.end, current.end))
        merged.append(current)
    return merged


def gaps(intervals, within):
    """The parts of `within` that no interval covers, in order."""
    free = []
    cursor = within.start
    for busy in merge(intervals):
        if not busy.overlaps(within):
            continue
        if cursor < busy.start:
            free.append(Interval(cursor, busy.start))
        cursor = max(cursor, busy.end)
    if cursor < within.end:
        free.append(Interval(cursor, within.end))
    return free


def total(intervals, zero):
    """Length covered, counting what is covered twice once. `zero` is the length of nothing."""
    return sum((item.length for item in merge(intervals)), zero)
