"""第6条、第15条、第25条: data in a contact."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.conduct import ConductFacts


@rule("CN-PIPL-6")
def needed_data(f: ConductFacts, p: Parameters) -> Verdict:
    """No data beyond what the purpose needs: a phone book is not needed."""
    if f.contact_source == "uploaded_phone_book":
        return refused("phone_book_used")
    return allowed()


@rule("CN-PIPL-15")
def consent_withdrawn(f: ConductFacts, p: Parameters) -> Verdict:
    """Use that rests on consent ends with its withdrawal."""
    if f.is_consent_withdrawn:
        return refused("consent_withdrawn")
    return allowed()


@rule("CN-PIPL-25")
def not_made_public(f: ConductFacts, p: Parameters) -> Verdict:
    """Name and debt are not made public."""
    if f.way == "public_post":
        return refused("posted_in_public")
    if f.spreads_privacy:
        return refused("spread")
    return allowed()
