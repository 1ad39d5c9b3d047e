"""婚姻家庭编、继承编: when a spouse or an heir owes a borrower's debt."""

from forbear.compliance.language import Parameters, Verdict, allowed, needs_review, refused, rule
from forbear.contact.facts import ContactFacts

NEUTRAL = frozenset(
    {
        "ask_contact_details",
        "pass_message",
        "repayment_information",
        "establish_contact_with_heirs",
    }
)


@rule("CN-CC-1064")
def spouse(f: ContactFacts, p: Parameters) -> Verdict:
    """A spouse owes joint debts alone; the creditor shows that it is one."""
    if f.recipient != "spouse" or f.purpose in NEUTRAL:
        return allowed()
    if f.is_person_liable is None:
        return refused("joint_debt_not_shown")
    if f.is_person_liable:
        return allowed(exception="joint_debt")
    return refused("not_a_joint_debt")


@rule("CN-CC-1161")
def heir(f: ContactFacts, p: Parameters) -> Verdict:
    """An heir owes up to the real value of the estate, and nothing after renouncing."""
    if f.recipient != "heir":
        return allowed()
    if f.demands_beyond_estate:
        return refused("beyond_estate")
    if f.purpose in NEUTRAL:
        return allowed()
    if f.is_person_liable is None:
        return needs_review("inheritance_not_established")
    if f.is_person_liable:
        return allowed(exception="heir_within_estate")
    return refused("inheritance_renounced")
