"""How long a loan's claim can still be enforced, as far as the book tells, by Chinese law.

The time runs three years from the last instalment's due day (民法典 188, 189) and begins anew with a
payment of the borrower's (民法典 195; 诉讼时效规定 第十四条: part payment), twenty years at the
longest. What the book does not tell is not counted: which demands arrived or what was agreed (the
true day may be later), whether the loan was made due early or who a payment came from (the true day
may be earlier). Money received after write-off begins nothing: it may be a guarantor's or a buyer's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from forbear import rulebooks
from forbear.compliance.scopes import Scope
from forbear.loans.payments import Payment, PaymentKind
from forbear.rulebooks.cn_civil_code_2021.clocks import last_day, limitation_run
from forbear_server.selectors.loans import LoanExplained

RULE_ID = "CN-CC-188"
_YEARS, _LONGEST = "limitation_years", "longest_years"
NEARS_WITHIN = timedelta(days=180)


class LimitationState(StrEnum):
    NORMAL = "normal"
    NEAR = "near"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Limitation:
    """The state on a day, the last day of the time, and whether a payment began it anew."""

    state: LimitationState
    last_day: date
    is_restarted: bool


def limitation_of(loan: LoanExplained, *, scope: Scope) -> Limitation | None:
    """None where the Civil Code does not bind, or nothing is owed that could be enforced."""
    rule = rulebooks.rules_by_id()[RULE_ID]
    if not loan.schedule or loan.outstanding_minor <= 0:
        return None
    if not (rule.reach.holds_on(loan.as_of) and rule.reach.covers(scope)):
        return None
    years = rule.numbers_on(loan.as_of)
    due = max(one.due_on for one in loan.schedule)
    paid_on = _paid_on(loan.payments, loan.as_of)
    run = limitation_run(due, paid_on, limitation_years=years[_YEARS])
    ends_on = min(run.last_day, last_day(due, years=years[_LONGEST]))
    if ends_on < loan.as_of:
        state = LimitationState.PASSED
    elif ends_on - loan.as_of <= NEARS_WITHIN:
        state = LimitationState.NEAR
    else:
        state = LimitationState.NORMAL
    return Limitation(state, ends_on, run.is_restarted)


def _paid_on(payments: tuple[Payment, ...], as_of: date) -> list[date]:
    """Days on which an instalment was paid, without what was taken back."""
    taken_back = {
        one.reverses for one in payments if one.reverses is not None and one.effective_on <= as_of
    }
    return [
        one.effective_on
        for one in payments
        if one.kind is PaymentKind.PAYMENT
        and one.amount_minor > 0
        and one.effective_on <= as_of
        and one.payment_id not in taken_back
    ]
