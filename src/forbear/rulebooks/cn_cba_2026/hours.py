"""第三章 催收时间: no contact at night without the borrower's consent."""

from forbear.compliance.language import Parameters, Verdict, allowed, needs_review, refused, rule
from forbear.contact.facts import ContactFacts


@rule("CN-CBA2026-HOURS")
def night_contact(f: ContactFacts, p: Parameters) -> Verdict:
    """At night only with consent; hours agreed with the borrower are consent to them alone."""
    if f.local_minute is None:
        return needs_review("local_time_unknown")
    earliest = f.local_minute - f.minutes_behind
    latest = f.local_minute + f.minutes_ahead
    is_night = latest >= p.night_starts_minute or earliest < p.night_ends_minute
    if f.has_night_consent and is_night:
        return allowed(exception="night_consent")
    if f.agreed_from_minute is not None and f.agreed_until_minute is not None:
        wait = (f.agreed_from_minute + f.minutes_behind - f.local_minute) % 1440
        if f.agreed_from_minute <= f.agreed_until_minute:
            if earliest >= f.agreed_from_minute and latest < f.agreed_until_minute:
                return allowed(exception="agreed_hours")
            return refused("outside_agreed_hours", until=f.local_minute + wait)
        if earliest >= f.agreed_from_minute and latest < f.agreed_until_minute + 1440:
            return allowed(exception="agreed_hours")
        if earliest >= f.agreed_from_minute - 1440 and latest < f.agreed_until_minute:
            return allowed(exception="agreed_hours")
        return refused("outside_agreed_night_hours", until=f.local_minute + wait)
    if is_night:
        wait_for_morning = (p.night_ends_minute + f.minutes_behind - f.local_minute) % 1440
        return refused("night_without_consent", until=f.local_minute + wait_for_morning)
    return allowed()
