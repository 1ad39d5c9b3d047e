"""1006.42(a): required disclosures are sent so that they can be expected to arrive."""

from forbear.compliance.language import Parameters, Verdict, allowed, needs_review, refused, rule
from forbear.compliance.matters.us_delivery import UsDeliveryFacts


@rule("US-REGF-DELIVERY")
def actual_notice(f: UsDeliveryFacts, p: Parameters) -> Verdict:
    """Not to an opted-out or wrong address, not when it came back; by e-mail, recognisable."""
    if f.has_opted_out:
        return refused("medium_opt_out")
    if f.is_undeliverable:
        return refused("undeliverable")
    if f.medium == "letter":
        if f.is_address_known_wrong:
            return refused("address_known_wrong")
        return allowed()
    if not f.is_creditor_named or not f.has_other_identifier:
        return needs_review("purpose_not_identified")
    if not f.is_bounce_monitored:
        return needs_review("bounces_not_monitored")
    if not f.is_sender_recognizable:
        return needs_review("sender_not_recognizable")
    return allowed()
