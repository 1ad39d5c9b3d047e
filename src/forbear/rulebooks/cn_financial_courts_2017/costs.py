"""第2条: the total cost that a court cuts on request."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.costs import CostFacts


@rule("CN-FIN24")
def total_cost(f: CostFacts, p: Parameters) -> Verdict:
    """Above 24 % a year in all is cut when the borrower asks."""
    if f.is_reduction_requested and f.total_annual_bp > p.total_cost_cap_bp:
        return refused("above_24_percent")
    return allowed()
