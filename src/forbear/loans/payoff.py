"""Pay-off: what ends the loan today, line by line.

民法典 第六百七十七条: who pays back early owes interest for the time the money was really had,
unless agreed otherwise. So: what is due and unpaid, the principal not yet due, interest of the
running period for the days that passed, and accrued penalty interest; fees not yet due are not
owed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from forbear.loans.payments import Payment, paid_minor
from forbear.loans.penalty import penalty_accruals
from forbear.loans.schedules import Instalment
from forbear.primitives.day_counts import DayCount
from forbear.primitives.rounding import round_to_minor


@dataclass(frozen=True, slots=True)
class Payoff:
    """The pay-off amount and its lines, all in minor units; the lines add up to the amount."""

    arrears_minor: int
    principal_not_due_minor: int
    running_interest_minor: int
    penalty_accrued_minor: int
    credit_minor: int  # paid ahead, taken off

    @property
    def payoff_amount_minor(self) -> int:
        """What ends the loan; never below 0."""
        owed = (
            self.arrears_minor
            + self.principal_not_due_minor
            + self.running_interest_minor
            + self.penalty_accrued_minor
        )
        return max(owed - self.credit_minor, 0)


def payoff_amount(
    schedule: Sequence[Instalment],
    payments: Iterable[Payment],
    *,
    disbursed_on: date,
    penalty_rate_annual: Decimal | None,
    day_count: DayCount,
    as_of: date,
) -> Payoff:
    """What the borrower would pay at the end of `as_of` to owe nothing more.

    Interest of the running period is its scheduled interest × days passed / days of the
    period, half-up; money already paid ahead of schedule is a credit.
    """
    known = list(payments)
    ordered = sorted(schedule, key=lambda i: (i.due_on, i.seq))
    due = sum(i.due_minor for i in ordered if i.due_on <= as_of)
    paid = paid_minor(known, as_of)
    later = [i for i in ordered if i.due_on > as_of]
    accruals = penalty_accruals(
        ordered,
        known,
        penalty_rate_annual=penalty_rate_annual,
        day_count=day_count,
        as_of=as_of,
    )
    return Payoff(
        arrears_minor=max(due - paid, 0),
        principal_not_due_minor=sum(i.principal_minor for i in later),
        running_interest_minor=_running_interest(ordered, disbursed_on, as_of),
        penalty_accrued_minor=sum(a.amount_minor for a in accruals),
        credit_minor=max(paid - due, 0),
    )


def _running_interest(ordered: Sequence[Instalment], disbursed_on: date, as_of: date) -> int:
    running = next((i for i in ordered if i.due_on > as_of), None)
    if running is None or as_of <= disbursed_on:
        return 0
    starts_on = max((i.due_on for i in ordered if i.due_on <= as_of), default=disbursed_on)
    share = Fraction((as_of - starts_on).days, (running.due_on - starts_on).days)
    return round_to_minor(running.interest_minor * share)
