"""助贷平台收费: a platform charges the borrower nothing."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.costs import CostFacts


@rule("CN-LOANFAC2025-9")
def platform_charges_nothing(f: CostFacts, p: Parameters) -> Verdict:
    """No interest and no fee from the borrower to the platform."""
    if f.is_charged_by_platform:
        return refused("charged_by_platform")
    return allowed()
