"""How a claim stands against its limitation on a day: normal, near its end, or passed.

Three years from the last instalment's due day (民法典 188, 189), begun anew by a payment of the
borrower's (195; 诉讼时效规定 14: part payment), twenty years at the longest. What no book tells is not
counted: which demands arrived or what was agreed (the true day may be later), whether the loan was
made due early or who a payment came from (it may be earlier).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from forbear.loans.payments import Payment, PaymentKind
from forbear.loans.schedules import Instalment
from forbear.rulebooks.cn_civil_code_2021.clocks import last_day, limitation_run

# Our own notice, no number of the law: half a year is what a court claim takes to prepare.
NEARS_WITHIN = timedelta(days=180)


class LimitationState(StrEnum):
    """Whether the end is far, at most 180 days away, or behind."""

    NORMAL = "normal"
    NEAR = "near"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Limitation:
    """The state on a day, the last day of the time, and whether a payment began it anew."""

    state: LimitationState
    last_day: date
    is_restarted: bool


def limitation_state(last: date, *, as_of: date) -> LimitationState:
    """The last day itself still belongs to the time: 民法典 201, 203.

    >>> limitation_state(date(2026, 6, 30), as_of=date(2026, 6, 30)).value
    'near'
    >>> limitation_state(date(2026, 6, 30), as_of=date(2026, 7, 1)).value
    'passed'
    """
    if last < as_of:
        return LimitationState.PASSED
    return LimitationState.NEAR if last - as_of <= NEARS_WITHIN else LimitationState.NORMAL


def limitation_of_claim(
    schedule: Sequence[Instalment],
    payments: Sequence[Payment],
    *,
    as_of: date,
    limitation_years: int,
    longest_years: int,
) -> Limitation | None:
    """The limitation of one debt in instalments, at the end of `as_of`; None without a due day.

    The longest time runs from the due day whatever was paid: 民法典 188 II.

    >>> due = [Instalment(1, date(2022, 3, 31), principal_minor=100, interest_minor=0)]
    >>> found = limitation_of_claim(
    ...     due, [], as_of=date(2025, 3, 31), limitation_years=3, longest_years=20
    ... )
    >>> found.state.value, found.last_day, found.is_restarted
    ('near', datetime.date(2025, 3, 31), False)
    """
    if not schedule:
        return None
    due = max(one.due_on for one in schedule)
    run = limitation_run(due, days_paid(payments, as_of=as_of), limitation_years=limitation_years)
    ends_on = min(run.last_day, last_day(due, years=longest_years))
    return Limitation(limitation_state(ends_on, as_of=as_of), ends_on, run.is_restarted)


def days_paid(payments: Sequence[Payment], *, as_of: date) -> list[date]:
    """Days on which an instalment was paid, without what was taken back: each acknowledges the debt.

    Money received after write-off acknowledges nothing: it may be a guarantor's or a buyer's.
    """
    taken_back = {
        one.reverses for one in payments if one.reverses is not None and one.effective_on <= as_of
    }
    return [
        one.effective_on
        for one in payments
        if one.kind is PaymentKind.PAYMENT
        and one.effective_on <= as_of
        and one.payment_id not in taken_back
    ]
