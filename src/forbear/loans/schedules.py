"""Schedules: which instalment falls due when, with how much principal, interest and fees.

Each method rounds interest (and, for 等额本息, the level payment) half-up to the minor unit;
the last instalment takes the remainder of the principal, so principal always adds up exactly.
"""

import calendar
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from forbear.loans.terms import RepaymentMethod, Terms, TermsImpossible
from forbear.primitives.day_counts import year_fraction
from forbear.primitives.findings import Finding, Level
from forbear.primitives.rates import monthly_rate
from forbear.primitives.rounding import round_to_minor


@dataclass(frozen=True, slots=True)
class Instalment:
    """One due date with what is due on it, in minor units.

    `penalty_minor` is penalty interest the lender has posted; penalty that only accrues is
    computed by `loans.penalty`.
    """

    seq: int
    due_on: date
    principal_minor: int = 0
    interest_minor: int = 0
    fees_minor: int = 0
    penalty_minor: int = 0

    @property
    def due_minor(self) -> int:
        """Everything due on this date."""
        return self.principal_minor + self.interest_minor + self.fees_minor + self.penalty_minor


Schedule = tuple[Instalment, ...]


def schedule(terms: Terms) -> Schedule:
    """The schedule that follows from the terms.

    >>> from decimal import Decimal
    >>> from forbear.primitives.money import Currency, Money
    >>> plan = schedule(Terms(Money(1200000, Currency.CNY), Decimal("0.12"), 12,
    ...     date(2026, 1, 15), date(2026, 2, 15), RepaymentMethod.EQUAL_INSTALMENT))
    >>> plan[0].due_minor, plan[-1].due_minor, sum(i.principal_minor for i in plan)
    (106619, 106614, 1200000)
    """
    if terms.method is RepaymentMethod.EQUAL_INSTALMENT:
        return _equal_instalments(terms)
    if terms.method is RepaymentMethod.EQUAL_PRINCIPAL:
        return _equal_principal(terms)
    if terms.method is RepaymentMethod.INTEREST_FIRST:
        return _interest_first(terms)
    if terms.method is RepaymentMethod.BULLET:
        return _bullet(terms)
    raise TermsImpossible("A given schedule comes with the tape; it cannot be computed.")


def due_date(first_due_on: date, months: int) -> date:
    """The due date `months` after the first; a day the month lacks becomes its last day.

    >>> due_date(date(2026, 1, 31), 1), due_date(date(2026, 1, 31), 2)
    (datetime.date(2026, 2, 28), datetime.date(2026, 3, 31))
    """
    number = first_due_on.year * 12 + first_due_on.month - 1 + months
    year, month = divmod(number, 12)
    last_day = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(first_due_on.day, last_day))


def level_payment(principal_minor: int, rate: Fraction, count: int) -> int:
    """The equal instalment A = P·r·(1+r)^n / ((1+r)^n − 1), half-up; P/n when the rate is 0."""
    if rate == 0:
        return round_to_minor(Fraction(principal_minor, count))
    growth = (1 + rate) ** count
    return round_to_minor(principal_minor * rate * growth / (growth - 1))


def _equal_instalments(terms: Terms) -> Schedule:
    """等额本息: interest is balance × yearly rate / 12; the last takes what principal is left."""
    rate = monthly_rate(terms.interest_rate_annual)
    level = level_payment(terms.principal.amount_minor, rate, terms.instalment_count)
    left = terms.principal.amount_minor
    rows = []
    for index in range(terms.instalment_count):
        interest = round_to_minor(left * rate)
        is_last = index == terms.instalment_count - 1
        principal = left if is_last else min(left, level - interest)
        left -= principal
        rows.append(_row(terms, index, principal, interest))
    return tuple(rows)


def _equal_principal(terms: Terms) -> Schedule:
    """等额本金: the principal in equal parts, cut down to the minor unit; the last the rest."""
    rate = monthly_rate(terms.interest_rate_annual)
    part = terms.principal.amount_minor // terms.instalment_count
    left = terms.principal.amount_minor
    rows = []
    for index in range(terms.instalment_count):
        interest = round_to_minor(left * rate)
        principal = left if index == terms.instalment_count - 1 else part
        left -= principal
        rows.append(_row(terms, index, principal, interest))
    return tuple(rows)


def _interest_first(terms: Terms) -> Schedule:
    """先息后本: a month's interest each time, all principal with the last."""
    interest = round_to_minor(
        terms.principal.amount_minor * monthly_rate(terms.interest_rate_annual)
    )
    last = terms.instalment_count - 1
    return tuple(
        _row(terms, index, terms.principal.amount_minor if index == last else 0, interest)
        for index in range(terms.instalment_count)
    )


def _bullet(terms: Terms) -> Schedule:
    """到期一次还本付息: interest for the days that pass, by the loan's day count."""
    share = year_fraction(terms.disbursed_on, terms.first_due_on, terms.day_count)
    exact = terms.principal.amount_minor * Fraction(terms.interest_rate_annual) * share
    return (_row(terms, 0, terms.principal.amount_minor, round_to_minor(exact)),)


def _row(terms: Terms, index: int, principal_minor: int, interest_minor: int) -> Instalment:
    return Instalment(
        seq=index + 1,
        due_on=due_date(terms.first_due_on, index),
        principal_minor=principal_minor,
        interest_minor=interest_minor,
    )


def schedule_faults(
    instalments: Sequence[Instalment], *, principal_minor: int | None, file: str, row: int | None
) -> list[Finding]:
    """What is wrong with a lender's schedule: gaps in `seq`, dates that run back, a wrong sum."""
    found = []
    ordered = sorted(instalments, key=lambda i: i.seq)
    if [i.seq for i in ordered] != list(range(1, len(ordered) + 1)):
        found.append(Finding(file, "schedule_gap", Level.ERROR, row))
    if any(later.due_on < earlier.due_on for earlier, later in itertools.pairwise(ordered)):
        found.append(Finding(file, "schedule_gap", Level.ERROR, row, column="due_on"))
    total = sum(i.principal_minor for i in ordered)
    if principal_minor is not None and total != principal_minor:
        found.append(
            Finding(
                file,
                "schedule_sum_differs",
                Level.ERROR,
                row,
                params={"principal_minor": str(principal_minor), "sum_minor": str(total)},
            )
        )
    return found
