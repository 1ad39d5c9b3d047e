"""催收对象: who may be contacted about a borrower's debt, when, and who is left alone."""

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


@rule("CN-GBT45251-DEBTOR-ONLY")
def borrower_only(f: ContactFacts, p: Parameters) -> Verdict:
    """Collection is from the debtor alone; a contact person is asked for help, not for money."""
    if f.recipient in ADDRESSEES:
        return allowed()
    if f.is_person_liable is not None and f.is_person_liable:
        return allowed(exception="liable_person")
    if f.purpose not in NEUTRAL:
        return refused("collects_from_third_person")
    if f.is_borrower_unreachable is not None and not f.is_borrower_unreachable:
        return refused("borrower_can_be_reached")
    if f.recipient in CONTACT_PERSONS:
        return allowed()
    if f.is_reserved_contact is None:
        return refused("not_named_by_borrower")
    if f.is_reserved_contact:
        return allowed()
    return refused("not_a_contact_person")


@rule("CN-GBT45251-CONTACT-WHEN")
def contact_person_when(f: ContactFacts, p: Parameters) -> Verdict:
    """A contact person may be contacted to restore contact, or to find heirs of one who died."""
    if f.recipient in ADDRESSEES:
        return allowed()
    if f.is_person_liable is not None and f.is_person_liable:
        return allowed()
    if f.is_borrower_deceased:
        if f.purpose in NEUTRAL:
            return allowed(exception="heirs_sought")
        return refused("only_to_reach_heirs")
    if f.is_borrower_unreachable is None:
        if f.is_number_invalid:
            return allowed(exception="borrower_lost")
        return refused("loss_not_shown")
    if f.is_borrower_unreachable:
        return allowed(exception="borrower_lost")
    return refused("borrower_reachable")


@rule("CN-GBT45251-CONTACT-STOP")
def contact_person_refused(f: ContactFacts, p: Parameters) -> Verdict:
    """A contact person who refuses, or asks for no more contact, is left alone."""
    if f.recipient in ADDRESSEES:
        return allowed()
    if f.is_person_liable is not None and f.is_person_liable:
        return allowed()
    if f.has_person_refused:
        return refused("contact_person_refused")
    return allowed()
