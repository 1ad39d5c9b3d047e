"""催收频次: how many calls a day a borrower may get from the lender and its agencies together."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.contact.facts import ContactFacts


@rule("CN-GBT45251-FREQ-NOTICE")
def notice_calls(f: ContactFacts, p: Parameters) -> Verdict:
    """Connected informative calls of the day stay within the cap, or the number agreed."""
    if f.channel != "voice_notice_ai":
        return allowed()
    if f.agreed_call_cap is not None:
        if f.connected_notice_calls_today >= f.agreed_call_cap:
            return refused("agreed_calls_reached", until=1440)
        return allowed(exception="agreed_call_cap")
    if f.connected_notice_calls_today >= p.connected_notice_calls_a_day:
        return refused("notice_calls_reached", until=1440)
    return allowed()


@rule("CN-GBT45251-FREQ-INTERACTIVE")
def interactive_calls(f: ContactFacts, p: Parameters) -> Verdict:
    """Effective interactive calls of the day stay within the cap; no agreement excepts this."""
    if f.channel != "voice_interactive":
        return allowed()
    if f.connected_interactive_calls_today >= p.effective_interactive_calls_a_day:
        return refused("interactive_calls_reached", until=1440)
    return allowed()


@rule("CN-GBT45251-INTERVAL-7D")
def seven_days_between(f: ContactFacts, p: Parameters) -> Verdict:
    """Seven days between contacts about one product: text not seen, off by default."""
    if f.days_since_contact_on_product is None:
        return allowed()
    if f.days_since_contact_on_product < p.days_between_contacts:
        return refused("contacted_within_seven_days", until=1440)
    return allowed()
