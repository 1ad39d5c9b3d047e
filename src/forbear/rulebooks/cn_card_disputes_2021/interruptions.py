"""第三条: card demands that interrupt the limitation."""

from forbear.compliance.language import Parameters, Verdict, allowed, needs_review, rule
from forbear.compliance.matters.limitation import InterruptionFacts


@rule("CN-CARDCASE-3")
def reserved_address(f: InterruptionFacts, p: Parameters) -> Verdict:
    """Messages to the reserved number, address or mailbox; others are for a person to judge."""
    if f.event == "demand_message" and not f.is_to_reserved_address:
        return needs_review("not_the_reserved_address")
    return allowed()
