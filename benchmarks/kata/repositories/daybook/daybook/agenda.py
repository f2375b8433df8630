"""Named events, what they collide with, and the time left between them."""

from datetime import datetime, timedelta

from daybook.durations import format_duration
from daybook.interval import Interval, gaps


class Event:
    def __init__(self, name, interval, tags=()):
        self.name = name
        self.interval = interval
        self.tags = set(tags)

    def __repr__(self):
        return f"Event({self.name!r}, {self.interval!r})"

    def moved(self, by):
        """The same event at another time."""
        return Event(self.name, self.interval.shifted(by), self.tags)


class Agenda:
    """Events in order of their start."""

    def __init__(self, events=()):
        self._events = list(events)
        self._sort()

    def __len__(self):
        return len(self._events)

    def __iter__(self):
        return iter(self._events)

    def _sort(self):
        self._events.sort(key=lambda event: (event.interval.start, event.interval.end, event.name))

    def add(self, name, start, end, tags=()):
        self._events.append(Event(name, Interval(start, end), tags))
        self._sort()

    def repeat(self, name, start, length, rule, limit=1000):
        """Add an event for each day of `rule`, at most `limit`; return how many."""
        added = 0
        for day in rule.days(start.date()):
            if added == limit:
                break
            begin = datetime.combine(day, start.time())
            self._events.append(Event(name, Interval(begin, begin + length)))
            added += 1
        self._sort()
        return added

    def remove(self, name):
        """Drop all events of that name.

        Raises:
            KeyError: there is none.
        """
        kept = [event for event in self._events if event.name != name]
        if len(kept) == len(self._events):
            raise KeyError(name)
        self._events = kept

    def copy(self):
        """An agenda of its own: changing one leaves the other as it was."""
        return Agenda([event.moved(timedelta(0)) for event in self._events])

    def tagged(self, *tags):
        """Events that carry every one of the tags."""
        return [event for event in self._events if event.tags.issuperset(tags)]

    def at(self, moment):
        """Names of the events under way at a moment."""
        return [event.name for event in self._events if moment in event.interval]

    def conflicts(self, interval):
        """Names of the events that overlap `interval`."""
        return [event.name for event in self._events if event.interval.overlaps(interval)]

    def free_slots(self, within, at_least=timedelta(0), margin=timedelta(0)):
        """Free intervals of at least some length, keeping `margin` before and after each event."""
        busy = [
            Interval(event.interval.start - margin, event.interval.end + margin) for event in self._events
        ]
        return [slot for slot in gaps(busy, within) if slot.length >= at_least]

    def first_free(self, within, length):
        """The earliest interval of just that length, or None."""
        for slot in self.free_slots(within, at_least=length):
            return Interval(slot.start, slot.start + length)
        return None

    def summary(self):
        """One line an event: date, time, length, name, tags."""
        lines = []
        for event in self._events:
            length = format_duration(event.interval.length)
            tags = "".join(f" #{tag}" for tag in sorted(event.tags))
            lines.append(f"{event.interval.start:%Y-%m-%d %H:%M} ({length}) {event.name}{tags}")
        return "\n".join(lines)
