"""Counting of periods by the Civil Code: first day, last day, days of rest, limitation.

Other books' facts (full years passed, days of rest just before) are built with these functions;
the rules only compare the result with their own number.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from forbear.primitives.calendars import DateOutsideCalendar, china

# Holidays of fixed date (全国年节及纪念日放假办法), for years the business calendar does not hold.
FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (10, 1), (10, 2), (10, 3)})


def is_day_of_rest(day: date) -> bool:
    """Whether `day` is a statutory day of rest, make-up workdays of announced years considered.

    >>> is_day_of_rest(date(2026, 10, 8)), is_day_of_rest(date(2026, 10, 7))
    (False, True)
    >>> is_day_of_rest(date(2023, 3, 5))
    True
    """
    try:
        return not china().is_business_day(day)
    except DateOutsideCalendar:
        return day.weekday() >= 5 or (day.month, day.day) in FIXED_HOLIDAYS


def moved_to_working_day(day: date) -> date:
    """`day`, or the first working day after it when it is a day of rest: 民法典 203.

    >>> moved_to_working_day(date(2026, 10, 1))
    datetime.date(2026, 10, 8)
    """
    while is_day_of_rest(day):
        day += timedelta(days=1)
    return day


def last_day(start: date, *, years: int = 0, months: int = 0, days: int = 0) -> date:
    """The last day of a period that begins on `start`, which is not counted: 民法典 201, 202.

    A month without the corresponding day ends the period on its own last day.

    >>> last_day(date(2026, 5, 1), days=20)
    datetime.date(2026, 5, 21)
    >>> last_day(date(2024, 2, 29), years=2)
    datetime.date(2026, 2, 28)
    """
    month_index = start.year * 12 + start.month - 1 + years * 12 + months
    year, month = divmod(month_index, 12)
    day = min(start.day, monthrange(year, month + 1)[1])
    return date(year, month + 1, day) + timedelta(days=days)


def full_years(start: date, on: date, *, end_may_move: bool) -> int:
    """How many yearly periods from `start` are over on `on`: their last day lies before it.

    `end_may_move`: an end on a day of rest moves on (民法典 203), where somebody has to act by it.

    >>> full_years(date(2024, 3, 5), date(2026, 3, 5), end_may_move=True)
    1
    >>> full_years(date(2024, 3, 5), date(2026, 3, 6), end_may_move=True)
    2
    >>> full_years(date(2021, 3, 1), date(2026, 3, 2), end_may_move=False)
    5
    """
    years = max(on.year - start.year, 0)
    while years > 0 and on <= _end(start, years, end_may_move):
        years -= 1
    return years


def _end(start: date, years: int, may_move: bool) -> date:
    end = last_day(start, years=years)
    return moved_to_working_day(end) if may_move else end


def rest_days_before(day: date) -> int:
    """Unbroken days of rest just before `day`: an end on one of them moves to `day` (203).

    >>> rest_days_before(date(2026, 10, 8)), rest_days_before(date(2026, 6, 17))
    (7, 0)
    """
    count = 0
    while is_day_of_rest(day - timedelta(days=count + 1)):
        count += 1
    return count


@dataclass(frozen=True, slots=True)
class LimitationRun:
    """From which day the limitation runs, whether an interruption began it anew, its last day."""

    runs_from: date
    is_restarted: bool
    last_day: date


def limitation_run(
    due: date, interruptions: Sequence[date], *, limitation_years: int
) -> LimitationRun:
    """The limitation of a debt whose last instalment fell due on `due`: 民法典 188, 189, 195.

    An interruption begins the time anew when it falls after the due day and before the end; a
    demand before the time runs, or after it has passed, moves nothing.

    >>> limitation_run(date(2022, 3, 31), [], limitation_years=3).last_day
    datetime.date(2025, 3, 31)
    >>> limitation_run(date(2022, 3, 31), [date(2024, 5, 6)], limitation_years=3).last_day
    datetime.date(2027, 5, 6)
    """
    start, restarted = due, False
    end = moved_to_working_day(last_day(start, years=limitation_years))
    for event in sorted(interruptions):
        if start < event <= end:
            start, restarted = event, True
            end = moved_to_working_day(last_day(start, years=limitation_years))
    return LimitationRun(start, restarted, end)


def end_after_obstacle(end: date, obstacle_from: date, obstacle_until: date) -> date:
    """The end of a limitation whose last six months met an obstacle: 民法典 194.

    It passes six months after the obstacle has gone; an obstacle gone before those months changes
    nothing.

    >>> end_after_obstacle(date(2026, 6, 30), date(2026, 2, 1), date(2026, 3, 1))
    datetime.date(2026, 9, 1)
    >>> end_after_obstacle(date(2026, 6, 30), date(2025, 2, 1), date(2025, 3, 1))
    datetime.date(2026, 6, 30)
    """
    last_six_months_from = last_day(end, months=-6)
    if obstacle_until < last_six_months_from or obstacle_from > end:
        return end
    return moved_to_working_day(last_day(obstacle_until, months=6))
