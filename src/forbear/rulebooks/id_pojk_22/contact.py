"""Article 62(2): days, hours and person of collection."""

from forbear.compliance.language import Parameters, Verdict, allowed, needs_review, refused, rule
from forbear.contact.facts import ContactFacts


@rule("ID-POJK22")
def collection_window(f: ContactFacts, p: Parameters) -> Verdict:
    """Monday to Saturday, no national holidays, 08:00 to 20:00 local, the consumer only."""
    if f.recipient != "borrower":
        return refused("other_person")
    if f.has_night_consent:
        return allowed(exception="agreement")
    if f.local_minute is None or f.local_weekday is None:
        return needs_review("local_time_unknown")
    if f.is_public_holiday is None:
        return needs_review("holiday_unknown")
    if f.is_public_holiday:
        return refused("national_holiday", until=1440 + p.collection_from_minute + f.minutes_behind)
    if f.local_weekday > p.last_weekday:
        return refused("sunday", until=1440 + p.collection_from_minute + f.minutes_behind)
    if f.local_minute - f.minutes_behind < p.collection_from_minute:
        return refused("before_eight", until=p.collection_from_minute + f.minutes_behind)
    if f.local_minute + f.minutes_ahead >= p.collection_until_minute:
        return refused("after_eight", until=1440 + p.collection_from_minute + f.minutes_behind)
    return allowed()
