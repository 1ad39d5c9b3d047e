"""第三十七条: nobody without a duty to pay is collected from."""

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


@rule("CN-MICRO2025-37.persons")
def person_without_duty(f: ContactFacts, p: Parameters) -> Verdict:
    """Only those with a duty to pay are collected from."""
    if f.recipient in ADDRESSEES or f.purpose in NEUTRAL:
        return allowed()
    if f.is_person_liable is not None and f.is_person_liable:
        return allowed()
    return refused("no_duty_to_pay")
