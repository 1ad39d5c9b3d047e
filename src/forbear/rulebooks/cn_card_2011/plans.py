"""第七十条: individual instalment plans."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.plans import PlanFacts


@rule("CN-CARD2011-70-TERM")
def plan_term(f: PlanFacts, p: Parameters) -> Verdict:
    """Five years at most, for a debt beyond capacity and a willing cardholder."""
    if f.months > p.plan_months:
        return refused("longer_than_five_years")
    if not f.is_beyond_capacity:
        return refused("debt_within_capacity")
    if not f.is_willing:
        return refused("not_willing")
    return allowed()
