"""Terms of a loan: what was agreed on the day it was paid out."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from forbear.primitives.day_counts import DayCount
from forbear.primitives.errors import RequestRefused
from forbear.primitives.money import Money


class TermsImpossible(RequestRefused):
    """Terms that no schedule can follow from."""

    code = "terms_impossible"


class RepaymentMethod(StrEnum):
    """How principal comes back."""

    EQUAL_INSTALMENT = "equal_instalment"  # 等额本息
    EQUAL_PRINCIPAL = "equal_principal"  # 等额本金
    INTEREST_FIRST = "interest_first"  # 先息后本
    BULLET = "bullet"  # 到期一次还本付息
    GIVEN = "given"  # the schedule is the lender's own


@dataclass(frozen=True, slots=True)
class Terms:
    """Principal, rate, number of instalments, first due date and conventions.

    `interest_rate_annual` and `penalty_rate_annual` are decimals (0.126 is 12.6 % a year);
    a penalty rate of None means no penalty interest. Raises `TermsImpossible` on construction
    for a principal or count that is not positive, a negative rate, or a first due date that
    is not after the day of disbursement.
    """

    principal: Money
    interest_rate_annual: Decimal
    instalment_count: int
    disbursed_on: date
    first_due_on: date
    method: RepaymentMethod
    day_count: DayCount = DayCount.ACTUAL_360
    penalty_rate_annual: Decimal | None = None

    def __post_init__(self) -> None:
        faults = [
            (self.principal.amount_minor <= 0, "the principal must be more than 0"),
            (self.interest_rate_annual < 0, "the yearly rate cannot be negative"),
            (self.instalment_count < 1, "at least one instalment is needed"),
            (self.first_due_on <= self.disbursed_on, "the first due date lies after disbursement"),
            (
                self.method is RepaymentMethod.BULLET and self.instalment_count != 1,
                "a bullet loan has one instalment",
            ),
            (
                self.penalty_rate_annual is not None and self.penalty_rate_annual < 0,
                "the penalty rate cannot be negative",
            ),
        ]
        for is_fault, reason in faults:
            if is_fault:
                raise TermsImpossible(f"These terms cannot be: {reason}.")
