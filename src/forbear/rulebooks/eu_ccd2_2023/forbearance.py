"""Article 35(1): reasonable forbearance before enforcement."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.eu_forbearance import EuEnforcementFacts


@rule("EU-CCD2-35")
def forbearance_first(f: EuEnforcementFacts, p: Parameters) -> Verdict:
    """No enforcement before forbearance was considered for this consumer."""
    if f.is_enforcement and not f.is_forbearance_considered:
        return refused("forbearance_not_considered")
    return allowed()
