"""Arithmetic on calendar dates."""

from calendar import monthrange
from datetime import date, timedelta


def days_in_month(year, month):
    return monthrange(year, month)[1]


def add_months(day, months):
    """The same day `months` later; a day the month doesn't have becomes its last day."""
    index = day.year * 12 + (day.month - 1) + months
    year, month = index // 12, index % 12 + 1
    last = days_in_month(year, month)
    return day.replace(year=year, month=month, day=min(day.day, last))


def start_of_week(day):
    """The Monday on or before `day`."""
    return day - timedelta(days=day.weekday())


def quarter(day):
    """1 for January to March, up to 4."""
    return (day.month - 1) // 3 + 1


def quarter_bounds(year, number):
    """First and last day of a quarter."""
    if not 1 <= number <= 4:
        raise ValueError(f"no quarter {number}")
    first = date(year, 3 * number - 2, 1)
    last_month = first.month + 2
    return first, date(year, last_month, days_in_month(year, last_month))


def age(born, today):
    """Whole years between two dates."""
    years = today.year - born.year
    if (today.month, today.day) < (born.month, born.day):
        years -= 1
    return years


def is_working_day(day, holidays=()):
    return day.weekday() < 5 and day not in holidays


def add_working_days(day, count, holidays=()):
    """Go forward (or back, if `count` is negative) by so many working days."""
    step = timedelta(days=1 if count >= 0 else -1)
    left = abs(count)
    while left > 0:
        day += step
        if is_working_day(day, holidays):
            left -= 1
    return day


def working_days_between(first, last, holidays=()):
    """How many working days lie in first..last, both included."""
    count = 0
    day = first
    while day <= last:
        if is_working_day(day, holidays):
            count += 1
        day += timedelta(days=1)
    return count


def nth_weekday(year, month, weekday, n):
    """The n-th given weekday of a month; a negative `n` counts from its end."""
    if n == 0:
        raise ValueError("n starts at 1, or at -1 from the end")
    if n > 0:
        first = date(year, month, 1)
        day = 1 + (weekday - first.weekday()) % 7 + 7 * (n - 1)
    else:
        last = date(year, month, days_in_month(year, month))
        day = last.day - (last.weekday() - weekday) % 7 + 7 * (n + 1)
    if not 1 <= day <= days_in_month(year, month):
        raise ValueError(f"month {month} of {year} has no such day")
    return date(year, month, day)
