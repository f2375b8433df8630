"""Rules for events that repeat."""

from datetime import timedelta
from itertools import count as count_from

from daybook.dates import add_months, start_of_week

FREQUENCIES = ("daily", "weekly", "monthly", "yearly")


class Rule:
    """Every `every` days, weeks, months or years from the start on.

    Args:
        frequency: one of `FREQUENCIES`.
        every: 1 for each, 2 for every second, and so on.
        count: stop after so many occurrences.
        until: last day on which an occurrence may fall.
        weekdays: for weekly rules, the days of the week (0 is Monday); default: that of the start.
        skip: days on which the event doesn't take place; they use up the count.
    """

    def __init__(self, frequency, every=1, count=None, until=None, weekdays=None, skip=()):
        if frequency not in FREQUENCIES:
            raise ValueError(f"frequency {frequency!r} is none of {', '.join(FREQUENCIES)}")
        if every < 1:
            raise ValueError("every must be at least 1")
        if weekdays is not None and frequency != "weekly":
            raise ValueError("weekdays go with weekly rules only")
        self.frequency = frequency
        self.every = every
        self.count = count
        self.until = until
        self.weekdays = weekdays
        self.skip = frozenset(skip)

    def days(self, start):
        """The days on which an event that starts on `start` takes place; endless without count and until."""
        for number, day in enumerate(self._candidates(start)):
            if self.count is not None and number >= self.count:
                return
            if self.until is not None and day > self.until:
                return
            if day not in self.skip:
                yield day

    def between(self, start, first, last):
        """Occurrences from `first` to `last`, both included."""
        found = []
        for day in self.days(start):
            if day > last:
                break
            if day >= first:
                found.append(day)
        return found

    def _candidates(self, start):
        if self.frequency == "weekly":
            yield from self._weekly(start)
            return
        for step in count_from(0, self.every):
            if self.frequency == "daily":
                yield start + timedelta(days=step)
            elif self.frequency == "monthly":
                yield add_months(start, step)
            else:
                yield add_months(start, 12 * step)

    def _weekly(self, start):
        weekdays = sorted(set(self.weekdays or [start.weekday()]))
        monday = start_of_week(start)
        while True:
            for weekday in weekdays:
                day = monday + timedelta(days=weekday)
                if day >= start:
                    yield day
            monday += timedelta(weeks=self.every)
