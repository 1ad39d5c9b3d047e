"""Section 1: hours of contact and the ban on using the contact list."""

from forbear.compliance.language import Parameters, Verdict, allowed, needs_review, refused, rule
from forbear.contact.facts import ContactFacts

LIABLE = frozenset({"borrower", "guarantor"})


@rule("PH-SEC-MC18")
def contact_hours(f: ContactFacts, p: Parameters) -> Verdict:
    """06:00 to 22:00 unless past due more than 15 days or agreed; only liable persons."""
    if f.recipient not in LIABLE:
        return refused("contact_list")
    if f.has_night_consent:
        return allowed(exception="consent")
    if f.days_past_due is not None and f.days_past_due > p.long_past_due_days:
        return allowed(exception="long_past_due")
    if f.local_minute is None:
        return needs_review("local_time_unknown")
    if f.local_minute - f.minutes_behind < p.contact_from_minute:
        return refused("before_six", until=p.contact_from_minute + f.minutes_behind)
    if f.local_minute + f.minutes_ahead >= p.contact_until_minute:
        return refused("after_ten", until=1440 + p.contact_from_minute + f.minutes_behind)
    return allowed()
