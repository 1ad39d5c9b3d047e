"""Vintages: of the loans paid out in a quarter, the share ever so many days late, by age.

A curve runs as long as every loan of its vintage has been on book, so its denominator is the
whole vintage at every point and the curve never falls; once late a loan stays counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class VintagePoint:
    """`late` of `loans` of the vintage were ever late by this month on book."""

    vintage: str
    months_on_book: int
    loans: int
    late: int

    @property
    def share(self) -> Fraction:
        """late / loans, exactly."""
        return Fraction(self.late, self.loans)


def vintage_of(disbursed_on: date) -> str:
    """Quarter of disbursement, as `2026Q1`.

    >>> vintage_of(date(2026, 3, 31))
    '2026Q1'
    """
    return f"{disbursed_on.year}Q{(disbursed_on.month + 2) // 3}"


def months_on_book(disbursed_on: date, day: date) -> int:
    """Calendar months from the month of disbursement to that of `day`.

    >>> months_on_book(date(2026, 1, 31), date(2026, 3, 1))
    2
    """
    return (day.year - disbursed_on.year) * 12 + day.month - disbursed_on.month


def vintage_curves(
    loans: Iterable[tuple[date, date | None]], as_of: date
) -> tuple[VintagePoint, ...]:
    """Points of each vintage's curve from (disbursed_on, first day late or None).

    >>> [(p.months_on_book, p.late, p.loans) for p in vintage_curves(
    ...     [(date(2026, 1, 5), None), (date(2026, 2, 5), date(2026, 3, 7))], date(2026, 3, 31))]
    [(0, 0, 2), (1, 1, 2)]
    """
    members: dict[str, list[tuple[date, date | None]]] = {}
    for disbursed_on, late_on in loans:
        members.setdefault(vintage_of(disbursed_on), []).append((disbursed_on, late_on))
    points = []
    for vintage, own in sorted(members.items()):
        known = min(months_on_book(disbursed_on, as_of) for disbursed_on, _ in own)
        late_months = [months_on_book(start, late) for start, late in own if late is not None]
        points += [
            VintagePoint(vintage, month, len(own), sum(late <= month for late in late_months))
            for month in range(known + 1)
        ]
    return tuple(points)
