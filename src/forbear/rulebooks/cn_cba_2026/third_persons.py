"""第三章 第三人: nobody unrelated is asked for money; others only when the borrower is lost."""

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


@rule("CN-CBA2026-THIRD-BAN")
def unrelated_person(f: ContactFacts, p: Parameters) -> Verdict:
    """Nobody unrelated to the debt is collected from, under whatever purpose."""
    if f.recipient in ADDRESSEES:
        return allowed()
    if f.is_person_liable is not None and f.is_person_liable:
        return allowed(exception="related_person")
    if f.purpose not in NEUTRAL:
        return refused("collects_from_unrelated_person")
    if f.is_borrower_unreachable is not None and not f.is_borrower_unreachable:
        return refused("borrower_can_be_reached")
    return allowed()


@rule("CN-CBA2026-THIRD-WHEN")
def third_person_when(f: ContactFacts, p: Parameters) -> Verdict:
    """Invalid number, or three failed calls and the next day, or three failed days."""
    if f.recipient in ADDRESSEES:
        return allowed()
    if f.is_person_liable is not None and f.is_person_liable:
        return allowed()
    if f.is_borrower_deceased and f.purpose in NEUTRAL:
        return allowed(exception="heirs_sought")
    if f.is_borrower_unreachable is not None and not f.is_borrower_unreachable:
        return refused("borrower_is_not_lost")
    if f.is_number_invalid:
        return allowed(exception="number_invalid")
    if f.failed_calls_in_row_before_today >= p.failed_calls_in_row:
        return allowed(exception="three_failed_calls")
    if f.failed_days_in_row >= p.failed_days_in_row_needed:
        return allowed(exception="three_failed_days")
    return refused("not_lost_long_enough")


@rule("CN-CBA2026-THIRD-STOP")
def third_person_refused(f: ContactFacts, p: Parameters) -> Verdict:
    """A third person who asks for no contact is left alone."""
    if f.recipient in ADDRESSEES:
        return allowed()
    if f.is_person_liable is not None and f.is_person_liable:
        return allowed()
    if f.has_person_refused:
        return refused("third_person_refused")
    return allowed()


@rule("CN-CBA2026-RELATED-THIRD")
def spouse_related(f: ContactFacts, p: Parameters) -> Verdict:
    """A spouse is asked to pay only when the debt is established as joint."""
    if f.recipient != "spouse" or f.purpose in NEUTRAL:
        return allowed()
    if f.is_person_liable is None:
        return refused("joint_debt_not_established")
    if f.is_person_liable:
        return allowed(exception="joint_debt")
    return refused("not_a_joint_debt")
