"""执行: within which time, and what is left to the debtor."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.litigation import EnforcementFacts


@rule("CN-CIVPRO-227")
def days_to_pay(f: EnforcementFacts, p: Parameters) -> Verdict:
    """Fifteen days from receipt to pay or to object."""
    if (
        f.title == "payment_order"
        and f.days_since_order - f.rest_days_before <= p.payment_order_days
    ):
        return refused("debtor_still_has_time")
    return allowed()


@rule("CN-CIVPRO-228")
def objection(f: EnforcementFacts, p: Parameters) -> Verdict:
    """An objection ends the order."""
    if f.title == "payment_order" and f.has_objected:
        return refused("order_ended_by_objection")
    return allowed()


@rule("CN-CIVPRO-250")
def two_years(f: EnforcementFacts, p: Parameters) -> Verdict:
    """Two years from the last day for performance, or from the interruption."""
    if f.years_passed >= p.enforcement_years:
        return refused("two_years_passed")
    return allowed()


@rule("CN-CIVPRO-254")
def living_expenses(f: EnforcementFacts, p: Parameters) -> Verdict:
    """Living expenses of the debtor and dependants are left."""
    if not f.leaves_living_expenses:
        return refused("living_expenses_taken")
    return allowed()
