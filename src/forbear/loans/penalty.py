"""Penalty interest 罚息: what accrues on principal that is due and unpaid.

Simple interest at the agreed penalty rate for each day from the due date on, on the principal
of the instalment still unpaid at the end of that day; never on interest or fees (no compound:
复利 is a lender's option the law does not require, so it is not built). Money counts oldest
instalment first and, within one, fees, penalty and interest before principal (民法典 第五百六十一条).
Rate: 人民币利率管理规定 (银发〔2003〕251号) lets the contract add 30 to 50 % to its own rate.

Only instalments still unmet at the end of `as_of` accrue here; penalty of an instalment that
was met late is owed only when the lender posts it to the schedule (`penalty_minor`).
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from forbear.loans.payments import Payment, paid_minor
from forbear.loans.schedules import Instalment
from forbear.primitives.day_counts import DayCount
from forbear.primitives.rounding import round_to_minor


@dataclass(frozen=True, slots=True)
class PenaltyAccrual:
    """Penalty interest of one unmet instalment: how it comes about and what it is.

    `minor_days` sums unpaid principal (minor units) over the days; the amount is
    `minor_days` × rate / days of the year, half-up to the minor unit.
    """

    seq: int
    due_on: date
    days: int
    minor_days: int
    amount_minor: int


def penalty_accruals(
    schedule: Sequence[Instalment],
    payments: Iterable[Payment],
    *,
    penalty_rate_annual: Decimal | None,
    day_count: DayCount,
    as_of: date,
) -> tuple[PenaltyAccrual, ...]:
    """Accrued penalty interest per instalment due before `as_of` and unmet at its end.

    Days are actual days; the year has 365 under actual/365, else 360.

    >>> late = Instalment(1, date(2026, 10, 14), principal_minor=95_000, interest_minor=8_650)
    >>> penalty_accruals([late], [], penalty_rate_annual=Decimal("0.18"),
    ...     day_count=DayCount.ACTUAL_360, as_of=date(2026, 11, 20))[0].amount_minor
    1758
    """
    if penalty_rate_annual is None:
        return ()
    known = [p for p in payments if p.effective_on <= as_of]
    paid_now = paid_minor(known, as_of)
    found = []
    cumulative = 0
    for instalment in sorted(schedule, key=lambda i: (i.due_on, i.seq)):
        cumulative += instalment.due_minor
        if instalment.due_on >= as_of or cumulative <= paid_now:
            continue
        minor_days = _minor_days(instalment, cumulative, known, as_of)
        exact = minor_days * Fraction(penalty_rate_annual) / day_count.year_days
        found.append(
            PenaltyAccrual(
                seq=instalment.seq,
                due_on=instalment.due_on,
                days=(as_of - instalment.due_on).days,
                minor_days=minor_days,
                amount_minor=round_to_minor(exact),
            )
        )
    return tuple(found)


def _minor_days(
    instalment: Instalment, cumulative: int, payments: Sequence[Payment], as_of: date
) -> int:
    """Unpaid principal at the end of each day from the due date to the eve of `as_of`, summed."""
    turns = {instalment.due_on}
    turns |= {p.effective_on for p in payments if instalment.due_on < p.effective_on < as_of}
    ordered = [*sorted(turns), as_of]
    total = 0
    for start, end in itertools.pairwise(ordered):
        short = cumulative - paid_minor(payments, start)
        unpaid = min(max(short, 0), instalment.principal_minor)
        total += unpaid * (end - start).days
    return total
