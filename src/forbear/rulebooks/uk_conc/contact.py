"""CONC 7.9, 7.14: the customer's own requests, confidentiality, and disputes."""

from forbear.compliance.language import Parameters, Verdict, allowed, needs_review, refused, rule
from forbear.contact.facts import ContactFacts

REPLIES = frozenset({"answer_request", "answer_complaint"})


@rule("UK-CONC-HOURS")
def reasonable_times(f: ContactFacts, p: Parameters) -> Verdict:
    """No clock hours: not when, where or how the customer reasonably asked not to be contacted."""
    if f.is_time_inconvenient:
        return refused("time_asked_not")
    if f.is_place_inconvenient:
        return refused("place_asked_not")
    if f.is_channel_opted_out:
        return refused("way_asked_not")
    return allowed()


@rule("UK-CONC-THIRD")
def third_parties_learn_nothing(f: ContactFacts, p: Parameters) -> Verdict:
    """Others must not learn of the debt."""
    if f.recipient == "borrower" or f.recipient == "attorney":
        return allowed()
    if f.is_person_liable is None:
        return needs_review("liability_unknown")
    if f.is_person_liable:
        return allowed()
    return refused("third_party")


@rule("UK-CONC-DISPUTE")
def disputed_recovery(f: ContactFacts, p: Parameters) -> Verdict:
    """Recovery rests while the customer disputes the debt on grounds that may be valid."""
    if not f.is_on_hold or f.purpose in REPLIES:
        return allowed()
    return refused("disputed")
