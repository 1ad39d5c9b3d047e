"""第三章 催收频次: how often a number that is not answered may be tried in a day."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.contact.facts import ContactFacts

CALLS = frozenset({"voice_interactive", "voice_notice_ai"})


@rule("CN-CBA2026-FREQ6")
def unanswered_attempts(f: ContactFacts, p: Parameters) -> Verdict:
    """Unanswered calls of the day to one number stay within the cap, or the number agreed."""
    if f.channel not in CALLS:
        return allowed()
    if f.agreed_attempt_cap is not None:
        if f.unanswered_attempts_today_same_number >= f.agreed_attempt_cap:
            return refused("agreed_attempts_reached", until=1440)
        return allowed(exception="agreed_attempt_cap")
    if f.unanswered_attempts_today_same_number >= p.unanswered_attempts_a_day:
        return refused("unanswered_attempts_reached", until=1440)
    return allowed()
