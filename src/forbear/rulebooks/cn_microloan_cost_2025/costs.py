"""综合融资成本: what a microlender may charge in all."""

from forbear.compliance.language import Parameters, Verdict, allowed, needs_review, refused, rule
from forbear.compliance.matters.costs import CostFacts


@rule("CN-MICROCOST2025")
def total_cost(f: CostFacts, p: Parameters) -> Verdict:
    """Nothing undisclosed; four times LPR for every loan made after the end of 2027."""
    if f.undisclosed_minor > 0:
        return refused("charged_beyond_disclosure")
    if f.contract_day < p.all_new_loans_from:
        return allowed()
    if f.lpr_bp is None:
        return needs_review("lpr_unknown")
    if f.annual_rate_bp > p.lpr_multiple * f.lpr_bp:
        return refused("above_lpr_multiple")
    if f.total_annual_bp > p.lpr_multiple * f.lpr_bp:
        return refused("total_above_lpr_multiple")
    return allowed()
