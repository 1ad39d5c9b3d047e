"""第二十七条: data of lenders and borrowers."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.personal_data import PersonalDataFacts


@rule("CN-P2P-27")
def use_of_data(f: PersonalDataFacts, p: Parameters) -> Verdict:
    """For the service only, unless consented; kept in China."""
    if f.is_beyond_service and not f.has_separate_consent:
        return refused("used_beyond_service")
    if f.is_kept_abroad:
        return refused("kept_abroad")
    return allowed()
