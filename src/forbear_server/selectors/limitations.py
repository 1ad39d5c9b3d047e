"""A loan's limitation by the Civil Code as the loan's own lender stands before it."""

from __future__ import annotations

from forbear import rulebooks
from forbear.compliance.scopes import Scope
from forbear.rulebooks.cn_civil_code_2021.limitation_states import Limitation, limitation_of_claim
from forbear_server.selectors.loans import LoanExplained

RULE_ID = "CN-CC-188"
_YEARS, _LONGEST = "limitation_years", "longest_years"


def limitation_of(loan: LoanExplained, *, scope: Scope) -> Limitation | None:
    """None where the Civil Code does not bind, or nothing is owed that could be enforced."""
    rule = rulebooks.rules_by_id()[RULE_ID]
    if loan.outstanding_minor <= 0:
        return None
    if not (rule.reach.holds_on(loan.as_of) and rule.reach.covers(scope)):
        return None
    years = rule.numbers_on(loan.as_of)
    return limitation_of_claim(
        loan.schedule,
        loan.payments,
        as_of=loan.as_of,
        limitation_years=years[_YEARS],
        longest_years=years[_LONGEST],
    )
