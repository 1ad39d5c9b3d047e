"""Arrears by component: what of the money due and unpaid is principal, interest, penalty, fees.

Payments are laid by the product's waterfall (`loans.allocation`), so the split follows the law's
order (民法典 第五百六十一条) and adds up to the arrears of `delinquency.aging` with the penalty
interest that accrued.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from forbear.loans.allocation import Allocation, Component, component_minor
from forbear.loans.schedules import Instalment


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrearsSplit:
    """Due and unpaid at the end of a day, in minor units."""

    principal_minor: int
    interest_minor: int
    penalty_minor: int
    fees_minor: int

    @property
    def total_minor(self) -> int:
        """All arrears."""
        return self.principal_minor + self.interest_minor + self.penalty_minor + self.fees_minor


def arrears_split(
    schedule: Sequence[Instalment],
    allocation: Allocation,
    *,
    as_of: date,
    accrued_penalty_minor: int = 0,
) -> ArrearsSplit:
    """What is unpaid of everything due by the end of `as_of`, by component.

    Penalty interest that accrued and is on no schedule yet counts as penalty. What was handed back
    beyond everything received (a negative credit) is money lent anew: it counts as principal once
    something is due.

    >>> from forbear.loans.allocation import allocate
    >>> from forbear.loans.payments import Payment
    >>> from forbear.primitives.identifiers import PaymentId
    >>> due = [Instalment(1, date(2026, 10, 14), principal_minor=950, interest_minor=80)]
    >>> paid = [Payment(PaymentId("p"), date(2026, 10, 20), 100)]
    >>> as_of = date(2026, 11, 20)
    >>> split = arrears_split(due, allocate(due, paid, as_of), as_of=as_of, accrued_penalty_minor=7)
    >>> split.principal_minor, split.interest_minor, split.penalty_minor, split.total_minor
    (930, 0, 7, 937)
    """
    due = [instalment for instalment in schedule if instalment.due_on <= as_of]

    def unpaid(component: Component) -> int:
        return sum(
            component_minor(one, component) - allocation.paid_on(one.seq, component) for one in due
        )

    lent_anew = max(-allocation.credit_minor, 0) if due else 0
    return ArrearsSplit(
        principal_minor=unpaid(Component.PRINCIPAL) + lent_anew,
        interest_minor=unpaid(Component.INTEREST),
        penalty_minor=unpaid(Component.PENALTY) + accrued_penalty_minor,
        fees_minor=unpaid(Component.FEES),
    )
