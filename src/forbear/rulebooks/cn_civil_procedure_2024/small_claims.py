"""小额诉讼: up to which amount, and in which matters not."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.litigation import SmallClaimFacts


@rule("CN-CIVPRO-165")
def small_claim(f: SmallClaimFacts, p: Parameters) -> Verdict:
    """Half the average wage of the province; by agreement twice the wage."""
    if f.amount_minor <= f.half_wage_minor:
        return allowed()
    if not f.is_agreed:
        return refused("above_half_wage")
    if f.amount_minor > p.small_claim_agreed_multiple * f.half_wage_minor:
        return refused("above_twice_wage")
    return allowed()


@rule("CN-CIVPRO-166")
def excluded_matters(f: SmallClaimFacts, p: Parameters) -> Verdict:
    """Not for status, title, foreign or valued matters, nor when a party is missing."""
    if f.is_party_missing:
        return refused("party_missing")
    if f.is_excluded_matter:
        return refused("excluded_matter")
    return allowed()
