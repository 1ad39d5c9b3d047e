"""第8条至第19条: what counts as an interruption."""

from forbear.compliance.language import Parameters, Verdict, allowed, needs_review, refused, rule
from forbear.compliance.matters.limitation import InterruptionFacts

MESSAGES = frozenset({"demand_message", "demand_document", "public_notice"})


@rule("CN-SOL-8")
def demand_arrived(f: InterruptionFacts, p: Parameters) -> Verdict:
    """A letter or message counts when it arrived or should have arrived."""
    if f.event in MESSAGES and not f.has_arrived:
        return refused("not_arrived")
    return allowed()


@rule("CN-SOL-9")
def part_claim(f: InterruptionFacts, p: Parameters) -> Verdict:
    """Claiming a part interrupts for the rest, unless the rest was waived."""
    if f.event == "part_claim" and f.is_rest_waived:
        return refused("rest_was_waived")
    return allowed()


@rule("CN-SOL-17")
def assignment_notice(f: InterruptionFacts, p: Parameters) -> Verdict:
    """Notice of assignment interrupts from the day it reaches the debtor."""
    if f.event == "assignment_notice" and not f.has_arrived:
        return refused("notice_not_arrived")
    return allowed()


@rule("CN-SOL-19")
def signed_after_expiry(f: InterruptionFacts, p: Parameters) -> Verdict:
    """A signature on a reminder after expiry may or may not be consent to perform."""
    if f.event == "signed_after_expiry":
        return needs_review("is_it_consent_to_perform")
    return allowed()
