"""1006.38(d)(2): collection rests until a written dispute is answered."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.us_disputes import UsDisputeFacts


@rule("US-REGF-DISPUTE")
def disputed_debt(f: UsDisputeFacts, p: Parameters) -> Verdict:
    """Verification or a judgment ends the rest; for a repeated dispute a reasoned notice does."""
    if not f.is_collection or not f.has_written_dispute or not f.is_in_validation_period:
        return allowed()
    if f.is_verification_sent:
        return allowed()
    if f.is_duplicative:
        if f.is_duplicative_notice_sent:
            return allowed()
        return refused("disputed_pending_notice")
    return refused("disputed_pending_verification")
