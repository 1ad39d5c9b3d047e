"""诉讼时效: when a claim can no longer be said to be enforceable."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.limitation import LimitationFacts


@rule("CN-CC-188")
def three_years(f: LimitationFacts, p: Parameters) -> Verdict:
    """Three years, twenty at the latest; after that the claim is not called enforceable."""
    if f.act != "assert_enforceable":
        return allowed()
    if f.years_since_due >= p.longest_years:
        return refused("longest_time_passed")
    if f.years_passed < p.limitation_years:
        return allowed()
    if f.has_agreed_after_expiry:
        return allowed(exception="agreed_again")
    return refused("limitation_passed")


@rule("CN-CC-189")
def instalments(f: LimitationFacts, p: Parameters) -> Verdict:
    """One debt in instalments: the three years run from the last due day."""
    if f.act != "assert_enforceable" or not f.is_instalment_debt or f.has_agreed_after_expiry:
        return allowed()
    if f.years_passed >= p.limitation_years:
        return refused("passed_since_last_instalment")
    return allowed()


@rule("CN-CC-192")
def defence_and_free_payment(f: LimitationFacts, p: Parameters) -> Verdict:
    """After the time the debtor may refuse; what was paid freely is not asked back."""
    if f.act == "reclaim_payment" and f.is_paid_voluntarily:
        return refused("paid_freely")
    if f.act == "reclaim_payment" or f.has_agreed_after_expiry:
        return allowed()
    if f.years_passed >= p.limitation_years:
        return refused("debtor_has_defence")
    return allowed()


@rule("CN-CC-195")
def time_after_interruption(f: LimitationFacts, p: Parameters) -> Verdict:
    """An interruption begins the time anew; it passes again after three years."""
    if f.act != "assert_enforceable" or not f.is_restarted or f.has_agreed_after_expiry:
        return allowed()
    if f.years_passed >= p.limitation_years:
        return refused("passed_since_interruption")
    return allowed()
