"""第238条、第245条、第293条之一: detention, intrusion, collecting unlawful debt by fear."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.conduct import ConductFacts


@rule("CN-CRIM-238")
def no_detention(f: ConductFacts, p: Parameters) -> Verdict:
    """Nobody is detained for a debt."""
    if f.restrains_person:
        return refused("detained")
    return allowed()


@rule("CN-CRIM-245")
def no_intrusion(f: ConductFacts, p: Parameters) -> Verdict:
    """No home is entered unlawfully."""
    if f.enters_private_place and not f.has_entry_consent:
        return refused("entered_without_consent")
    return allowed()


@rule("CN-CRIM-293-1")
def unlawful_debt(f: ConductFacts, p: Parameters) -> Verdict:
    """Unlawful debt is not collected by violence, detention, intrusion, fear or stalking."""
    if not f.is_debt_unlawful:
        return allowed()
    if f.uses_violence:
        return refused("unlawful_debt_by_violence")
    if f.restrains_person or f.enters_private_place:
        return refused("unlawful_debt_by_detention_or_intrusion")
    if f.threatens or f.harasses:
        return refused("unlawful_debt_by_fear")
    return allowed()
