"""催收对象: nobody unrelated to the debt."""

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


@rule("CN-INTLOAN2020-COLLECT.persons")
def unrelated_person(f: ContactFacts, p: Parameters) -> Verdict:
    """Nobody unrelated to the debt is collected from."""
    if f.recipient in ADDRESSEES or f.purpose in NEUTRAL:
        return allowed()
    if f.is_person_liable is not None and f.is_person_liable:
        return allowed()
    return refused("collects_from_unrelated_person")
