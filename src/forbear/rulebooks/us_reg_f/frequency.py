"""1006.14(a): how much through all media together calls for a person to look."""

from forbear.compliance.language import Parameters, Verdict, allowed, needs_review, refused, rule
from forbear.compliance.matters.us_frequency import UsFrequencyFacts


@rule("US-REGF-HARASS")
def cumulative_conduct(f: UsFrequencyFacts, p: Parameters) -> Verdict:
    """Numerous unanswered messages for days, or calls at the limit with messages on top."""
    if f.has_obscene_language:
        return refused("obscene_language")
    if not f.is_unanswered:
        return allowed()
    if f.messages_a_day >= p.numerous_messages_a_day:
        return needs_review("numerous_messages")
    if (
        f.calls_seven_days >= p.calls_beside_messages
        and f.messages_seven_days >= p.messages_beside_calls
    ):
        return needs_review("cumulative_effect")
    return allowed()
