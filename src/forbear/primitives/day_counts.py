"""Day counts: which fraction of a year lies between two dates.

Source of the conventions: ISDA 2006 Definitions section 4.16 (d) actual/365 fixed,
(e) actual/360, (f) 30/360 (bond basis).
"""

from datetime import date
from enum import StrEnum
from fractions import Fraction


class DayCount(StrEnum):
    """Convention by which days become a share of a year."""

    ACTUAL_365 = "actual/365"
    ACTUAL_360 = "actual/360"
    THIRTY_360 = "30/360"

    @property
    def year_days(self) -> int:
        """Days in the convention's year."""
        return 365 if self is DayCount.ACTUAL_365 else 360


def days_between(start_on: date, end_on: date, day_count: DayCount) -> int:
    """Days from `start_on` (counted) to `end_on` (not counted) by the convention.

    Under 30/360 each month has 30 days: the 31st is read as the 30th, the end date's only
    when the start date is the 30th or 31st.

    >>> days_between(date(2026, 1, 31), date(2026, 2, 28), DayCount.THIRTY_360)
    28
    """
    if day_count is not DayCount.THIRTY_360:
        return (end_on - start_on).days
    start_day = min(start_on.day, 30)
    end_day = 30 if end_on.day == 31 and start_day == 30 else end_on.day
    months = (end_on.year - start_on.year) * 12 + end_on.month - start_on.month
    return months * 30 + end_day - start_day


def year_fraction(start_on: date, end_on: date, day_count: DayCount) -> Fraction:
    """Share of a year from `start_on` to `end_on`, exactly.

    >>> year_fraction(date(2026, 10, 14), date(2026, 11, 20), DayCount.ACTUAL_360)
    Fraction(37, 360)
    """
    return Fraction(days_between(start_on, end_on, day_count), day_count.year_days)
