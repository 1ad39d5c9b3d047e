"""15 U.S.C. 1692c(a)(1): the hours assumed convenient, at the consumer's place."""

from forbear.compliance.language import Parameters, Verdict, allowed, needs_review, refused, rule
from forbear.contact.facts import ContactFacts


@rule("US-FDCPA-TIME")
def assumed_convenient_hours(f: ContactFacts, p: Parameters) -> Verdict:
    """After 8 a.m. and before 9 p.m. at the consumer's place, unless the consumer consented."""
    if f.local_minute is None:
        return needs_review("local_time_unknown")
    if (
        f.agreed_from_minute is not None
        and f.agreed_until_minute is not None
        and f.agreed_from_minute <= f.local_minute - f.minutes_behind
        and f.local_minute + f.minutes_ahead < f.agreed_until_minute
    ):
        return allowed(exception="consented_hours")
    if f.local_minute - f.minutes_behind <= p.convenient_after_minute:
        return refused("before_eight", until=p.convenient_after_minute + f.minutes_behind + 1)
    if f.local_minute + f.minutes_ahead >= p.convenient_before_minute:
        return refused("after_nine", until=1440 + p.convenient_after_minute + f.minutes_behind + 1)
    return allowed()
