"""第十七条: how much one borrower may owe."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.costs import BalanceFacts


@rule("CN-P2P-17")
def balances(f: BalanceFacts, p: Parameters) -> Verdict:
    """One platform and all platforms, for a person and for a company."""
    if f.is_natural_person:
        if f.balance_minor > p.person_one_platform_minor:
            return refused("person_above_platform_cap")
        if f.balance_everywhere_minor > p.person_all_platforms_minor:
            return refused("person_above_total_cap")
        return allowed()
    if f.balance_minor > p.company_one_platform_minor:
        return refused("company_above_platform_cap")
    if f.balance_everywhere_minor > p.company_all_platforms_minor:
        return refused("company_above_total_cap")
    return allowed()
