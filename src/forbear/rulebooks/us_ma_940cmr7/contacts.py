"""940 CMR 7.04(1)(f): calls, texts and recordings about one debt in seven days."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.contact.facts import ContactFacts

CAPPED = frozenset({"voice_interactive", "voice_notice_ai", "sms"})


@rule("US-MA-CALLS")
def contacts_in_seven_days(f: ContactFacts, p: Parameters) -> Verdict:
    """Two contacts in seven days about a debt; creditors are bound too."""
    if f.channel in CAPPED and f.contacts_seven_days >= p.contacts_in_window:
        return refused("contacts_in_window")
    return allowed()
