"""第25条至第29条: four times the LPR as the cap of interest, overdue interest and the total."""

from forbear.compliance.language import Parameters, Verdict, allowed, needs_review, refused, rule
from forbear.compliance.matters.costs import CostFacts


@rule("CN-PRIV-25")
def interest(f: CostFacts, p: Parameters) -> Verdict:
    """Interest up to four times the one-year LPR when the contract was made."""
    if f.annual_rate_bp == 0:
        return allowed()
    if f.lpr_bp is None:
        return needs_review("lpr_unknown")
    if f.annual_rate_bp > p.lpr_multiple * f.lpr_bp:
        return refused("interest_above_cap")
    return allowed()


@rule("CN-PRIV-28")
def overdue_interest(f: CostFacts, p: Parameters) -> Verdict:
    """Overdue interest within the same cap."""
    if f.penalty_rate_bp is None:
        return allowed()
    if f.lpr_bp is None:
        return needs_review("lpr_unknown")
    if f.penalty_rate_bp > p.lpr_multiple * f.lpr_bp:
        return refused("overdue_above_cap")
    return allowed()


@rule("CN-PRIV-29")
def total(f: CostFacts, p: Parameters) -> Verdict:
    """Overdue interest, penalty and fees together within the same cap."""
    if f.total_annual_bp == 0:
        return allowed()
    if f.lpr_bp is None:
        return needs_review("lpr_unknown")
    if f.total_annual_bp > p.lpr_multiple * f.lpr_bp:
        return refused("total_above_cap")
    return allowed()
