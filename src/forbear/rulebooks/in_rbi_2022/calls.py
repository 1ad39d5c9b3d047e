"""RBI circular of 2022-08-12: hours of calls about overdue loans."""

from forbear.compliance.language import Parameters, Verdict, allowed, needs_review, refused, rule
from forbear.contact.facts import ContactFacts

CALLS = frozenset({"voice_interactive", "voice_notice_ai"})
LIABLE = frozenset({"borrower", "guarantor"})


@rule("IN-RBI-2022")
def calling_hours(f: ContactFacts, p: Parameters) -> Verdict:
    """Calls from 08:00 to 19:00, to the borrower and guarantor only."""
    if f.recipient not in LIABLE:
        return refused("other_person")
    if f.channel not in CALLS:
        return allowed()
    if f.local_minute is None:
        return needs_review("local_time_unknown")
    if f.local_minute - f.minutes_behind < p.calls_from_minute:
        return refused("before_eight", until=p.calls_from_minute + f.minutes_behind)
    if f.local_minute + f.minutes_ahead >= p.calls_until_minute:
        return refused("after_seven", until=1440 + p.calls_from_minute + f.minutes_behind)
    return allowed()
