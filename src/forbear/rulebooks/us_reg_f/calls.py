"""1006.14(b)(2): how often a person may be called about a particular debt."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.contact.facts import ContactFacts

CALLS = frozenset({"voice_interactive", "voice_notice_ai"})


@rule("US-REGF-CALLS")
def call_frequency(f: ContactFacts, p: Parameters) -> Verdict:
    """Seven calls in seven days, none for seven days after a conversation, whoever called."""
    if f.channel not in CALLS or f.recipient == "attorney":
        return allowed()
    if f.has_call_consent:
        return allowed(exception="call_consent")
    days = p.days_after_conversation
    if f.days_since_conversation is not None and f.days_since_conversation < days:
        passed = f.days_since_conversation % days  # the same number, and never more than `days`
        return refused("days_after_conversation", until=(days - passed) * 1440)
    if f.calls_seven_days >= p.calls_in_window:
        return refused("calls_in_window", until=f.days_until_call_leaves * 1440)
    return allowed()
