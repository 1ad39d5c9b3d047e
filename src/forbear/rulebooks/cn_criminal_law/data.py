"""第253条之一: personal data are not sold or given away."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.personal_data import PersonalDataFacts


@rule("CN-CRIM-253-1")
def no_trade_in_data(f: PersonalDataFacts, p: Parameters) -> Verdict:
    """No sale or giving away against the rules."""
    if f.is_given_unlawfully:
        return refused("given_unlawfully")
    return allowed()
