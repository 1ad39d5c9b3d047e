"""第13条、第14条: who besides the borrower may be contacted, and why."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.contact.facts import ContactFacts

ADDRESSEES = frozenset({"borrower", "attorney"})
NEUTRAL = frozenset(
    {
        "ask_contact_details",
        "pass_message",
        "repayment_information",
        "establish_contact_with_heirs",
    }
)
CONTACT_PERSONS = frozenset({"contact_person", "heir"})


@rule("CN-NIFA2018-13")
def unrelated_people(f: ContactFacts, p: Parameters) -> Verdict:
    """People unrelated to the debt are not bothered."""
    if f.recipient in ADDRESSEES:
        return allowed()
    if f.is_person_liable is not None and f.is_person_liable:
        return allowed()
    if f.has_person_refused:
        return refused("bothered_after_refusal")
    if f.purpose not in NEUTRAL:
        return refused("collects_from_unrelated_person")
    return allowed()


@rule("CN-NIFA2018-14")
def agreed_contact_person(f: ContactFacts, p: Parameters) -> Verdict:
    """Only the contact agreed in advance, only when the borrower is lost, only to restore contact."""
    if f.recipient in ADDRESSEES:
        return allowed()
    if f.is_person_liable is not None and f.is_person_liable:
        return allowed()
    if f.purpose not in NEUTRAL:
        return refused("not_to_restore_contact")
    if f.is_borrower_deceased:
        return allowed()
    if f.is_reserved_contact is not None and not f.is_reserved_contact:
        return refused("not_agreed_in_advance")
    if f.is_reserved_contact is None and f.recipient not in CONTACT_PERSONS:
        return refused("not_named_in_advance")
    if f.is_borrower_unreachable is not None and f.is_borrower_unreachable:
        return allowed()
    if f.is_borrower_unreachable is None and f.is_number_invalid:
        return allowed()
    return refused("borrower_not_lost")
