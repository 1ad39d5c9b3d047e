"""Regulations 11 and 12: what a creditor and an agent may still do in a moratorium."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.contact.facts import ContactFacts

AT_REQUEST = frozenset({"answer_request", "answer_complaint"})


@rule("UK-BS-CONTACT")
def moratorium_contact(f: ContactFacts, p: Parameters) -> Verdict:
    """No contact about enforcing a moratorium debt, save at the debtor's request or in reply."""
    if not f.is_on_hold:
        return allowed()
    if f.purpose in AT_REQUEST:
        return allowed(exception="at_request_or_reply")
    return refused("moratorium")


@rule("UK-BS-AGENT")
def enforcement_agent(f: ContactFacts, p: Parameters) -> Verdict:
    """No visit by an agent while the moratorium runs."""
    if f.is_on_hold and f.channel == "visit":
        return refused("agent_visit")
    return allowed()
