"""第六十八条、第七十条: who is collected from, and when collection stops."""

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
ANSWERS = frozenset({"answer_complaint", "answer_request"})


@rule("CN-CARD2011-68-THIRD")
def cardholder_and_guarantor(f: ContactFacts, p: Parameters) -> Verdict:
    """Only the cardholder and those liable are collected from."""
    if f.recipient in ADDRESSEES or f.purpose in NEUTRAL:
        return allowed()
    if f.is_person_liable is not None and f.is_person_liable:
        return allowed(exception="liable_person")
    return refused("collects_from_unrelated_person")


@rule("CN-CARD2011-70-STOP")
def plan_is_kept(f: ContactFacts, p: Parameters) -> Verdict:
    """No collection while the individual plan is kept; a breach ends the stop."""
    if f.instalment_agreement == "performing" and f.purpose not in ANSWERS:
        return refused("plan_is_kept")
    return allowed()
