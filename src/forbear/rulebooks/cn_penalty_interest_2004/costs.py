"""罚息利率: how far penalty interest goes over the contract rate."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.costs import CostFacts


@rule("CN-PENALTY251")
def penalty_rate(f: CostFacts, p: Parameters) -> Verdict:
    """At most 50 % over the contract rate when overdue, 100 % for use against the contract."""
    if f.penalty_rate_bp is None:
        return allowed()
    charged = f.penalty_rate_bp * 100
    if f.is_misused:
        if charged > f.contract_rate_bp * (100 + p.misuse_markup_percent):
            return refused("misuse_penalty_too_high")
        return allowed()
    if charged > f.contract_rate_bp * (100 + p.overdue_markup_percent):
        return refused("overdue_penalty_too_high")
    return allowed()
