"""Draft paragraphs 453A ff.: hours, persons and days; a draft, off by default."""

from forbear.compliance.language import Parameters, Verdict, allowed, needs_review, refused, rule
from forbear.contact.facts import ContactFacts

LIABLE = frozenset({"borrower", "guarantor"})


@rule("IN-RBI-2026-DRAFT")
def draft_contact_window(f: ContactFacts, p: Parameters) -> Verdict:
    """Any contact from 08:00 to 19:00, only borrower or guarantor, not on festivals."""
    if f.recipient not in LIABLE:
        return refused("other_person")
    if f.is_public_holiday is None:
        return needs_review("holiday_unknown")
    if f.is_public_holiday:
        return refused("festival")
    if f.local_minute is None:
        return needs_review("local_time_unknown")
    if f.local_minute - f.minutes_behind < p.contact_from_minute:
        return refused("before_eight", until=p.contact_from_minute + f.minutes_behind)
    if f.local_minute + f.minutes_ahead >= p.contact_until_minute:
        return refused("after_seven", until=1440 + p.contact_from_minute + f.minutes_behind)
    return allowed()
