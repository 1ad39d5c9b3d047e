"""Regulations 26 and 32: how long breathing space lasts (guidance; exact day counting not seen)."""

from datetime import date, timedelta


def standard_moratorium_end(started_on: date, *, standard_days: int) -> date:
    """The last day of a standard breathing space: at most sixty days, the first day counted.

    The guidance says “up to 60 days”; the regulation's own counting was not seen, so a hold is
    better ended by the notice of the Insolvency Service than by this date.

    >>> standard_moratorium_end(date(2026, 3, 1), standard_days=60)
    datetime.date(2026, 4, 29)
    """
    return started_on + timedelta(days=standard_days - 1)


def crisis_moratorium_end(treatment_ended_on: date, *, crisis_days: int) -> date:
    """The last day of a mental health crisis moratorium: thirty days after treatment ends.

    >>> crisis_moratorium_end(date(2026, 3, 1), crisis_days=30)
    datetime.date(2026, 3, 31)
    """
    return treatment_ended_on + timedelta(days=crisis_days)
