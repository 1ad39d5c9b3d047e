"""催收内容与记录: what a contact person may be told, and that everything is recorded."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.conduct import ConductFacts

RECORDED = frozenset({"voice_interactive", "voice_notice_ai", "visit"})


@rule("CN-GBT45251-CONTACT-DISCLOSE")
def told_to_contact_person(f: ConductFacts, p: Parameters) -> Verdict:
    """Nothing of the debt, save what repayment needs when the contact person wants to pay."""
    if f.person == "borrower" or f.is_person_liable or f.disclosed == "none":
        return allowed()
    if f.disclosed == "details":
        return refused("debt_details_told")
    if f.is_person_willing_to_pay:
        return allowed(exception="willing_payer")
    return refused("told_without_wish_to_pay")


@rule("CN-GBT45251-RECORD")
def recorded(f: ConductFacts, p: Parameters) -> Verdict:
    """Calls and visits run with the recorder on."""
    if f.way in RECORDED and not f.is_recorded:
        return refused("not_recorded")
    return allowed()
