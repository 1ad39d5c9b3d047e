"""Comments 6(b)(1)-2, 6(b)(2)-1, 6(b)(4)(i)-1: answering a consumer who wrote first, and asking."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.us_exchanges import UsExchangeFacts


@rule("US-REGF-INCONV-REPLY")
def one_reply(f: UsExchangeFacts, p: Parameters) -> Verdict:
    """One answer to each message, by the same medium, at the time or place the consumer chose."""
    if f.is_own_session:
        return allowed(exception="own_session")
    if not f.is_reply:
        return refused("not_a_reply")
    if not f.is_same_medium:
        return refused("other_medium")
    if f.earlier_replies >= p.replies_to_a_message:
        return refused("reply_used_up")
    if f.barred_by == "inconvenient_time" and f.days_since_message > 0:
        return refused("other_day")
    return allowed(exception="one_reply")


@rule("US-REGF-CONSENT")
def no_leave_to_go_on(f: UsExchangeFacts, p: Parameters) -> Verdict:
    """In an inconvenient contact one may ask what suits, not whether to go on."""
    if f.is_contact_inconvenient and f.asks == "consent_to_continue":
        return refused("consent_sought_during_inconvenient_contact")
    return allowed()
