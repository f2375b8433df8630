"""Calendar arithmetic: intervals, repetition, free time and durations."""

from daybook.agenda import Agenda, Event
from daybook.durations import format_duration, parse_duration
from daybook.interval import Interval, gaps, merge, total
from daybook.recurrence import Rule

__all__ = [
    "Agenda",
    "Event",
    "Interval",
    "Rule",
    "format_duration",
    "gaps",
    "merge",
    "parse_duration",
    "total",
]
