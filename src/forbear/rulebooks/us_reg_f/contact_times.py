"""1006.6(b)-(c), 1006.14(h): when, where and through what a consumer may be contacted."""

from forbear.compliance.language import Parameters, Verdict, allowed, needs_review, refused, rule
from forbear.contact.facts import ContactFacts

REPLIES = frozenset({"answer_request", "answer_complaint"})


@rule("US-REGF-HOURS")
def convenient_hours(f: ContactFacts, p: Parameters) -> Verdict:
    """After 8:00 and before 21:00 at every place the consumer may be; both exact times are unsafe."""
    if f.local_minute is None:
        return needs_review("local_time_unknown")
    earliest = f.local_minute - f.minutes_behind
    latest = f.local_minute + f.minutes_ahead
    if (
        f.agreed_from_minute is not None
        and f.agreed_until_minute is not None
        and f.agreed_from_minute <= earliest
        and latest < f.agreed_until_minute
    ):
        return allowed(exception="consented_hours")
    if earliest <= p.day_starts_minute:
        return refused("before_eight", until=p.day_starts_minute + f.minutes_behind + 1)
    if latest >= p.day_ends_minute:
        return refused("after_nine", until=1440 + p.day_starts_minute + f.minutes_behind + 1)
    return allowed()


@rule("US-REGF-INCONV")
def known_inconvenient_time(f: ContactFacts, p: Parameters) -> Verdict:
    """No contact through any medium at a time known to be inconvenient."""
    if not f.is_time_inconvenient:
        return allowed()
    if f.purpose in REPLIES:
        return needs_review("one_reply_to_be_checked")
    return refused("known_inconvenient_time")


@rule("US-REGF-PLACE")
def known_inconvenient_place(f: ContactFacts, p: Parameters) -> Verdict:
    """No contact that reaches a place known to be inconvenient."""
    if not f.is_place_inconvenient:
        return allowed()
    if f.purpose in REPLIES:
        return needs_review("one_reply_to_be_checked")
    return refused("known_inconvenient_place")


@rule("US-REGF-ATTORNEY")
def represented_consumer(f: ContactFacts, p: Parameters) -> Verdict:
    """A consumer with an attorney for the debt is contacted through the attorney."""
    if not f.is_represented or f.recipient == "attorney":
        return allowed()
    if f.purpose in REPLIES:
        return needs_review("one_reply_to_be_checked")
    return refused("represented_by_attorney")


@rule("US-REGF-WORK")
def place_of_employment(f: ContactFacts, p: Parameters) -> Verdict:
    """Not at work when the employer is known not to allow it."""
    if f.is_at_workplace and f.is_workplace_barred:
        return refused("employer_prohibits")
    return allowed()


@rule("US-REGF-CEASE")
def cease_communication(f: ContactFacts, p: Parameters) -> Verdict:
    """After a written request to stop, or a refusal to pay, contact ends."""
    if f.is_contact_stopped:
        return refused("cease_communication")
    return allowed()


@rule("US-REGF-MEDIA")
def refused_medium(f: ContactFacts, p: Parameters) -> Verdict:
    """Not through a medium, address or number the person asked not to be used."""
    if f.is_channel_opted_out:
        return refused("medium_opt_out")
    return allowed()


@rule("US-REGF-THIRD")
def third_person(f: ContactFacts, p: Parameters) -> Verdict:
    """About a debt only the consumer, the consumer's spouse or attorney is spoken to."""
    if f.recipient == "borrower" or f.recipient == "spouse" or f.recipient == "attorney":
        return allowed()
    if f.recipient == "guarantor":
        if f.is_person_liable is None:
            return needs_review("liability_unknown")
        if f.is_person_liable:
            return allowed()
        return refused("guarantor_not_liable")
    if f.recipient == "heir" and f.is_borrower_deceased:
        return needs_review("authority_for_estate")
    if f.recipient == "parent":
        return needs_review("consumer_a_minor")
    if f.purpose == "ask_contact_details":
        return needs_review("location_inquiry")
    return refused("third_person")
