"""1006.30(a)(1): what comes before information goes to a consumer reporting agency."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.us_furnishing import UsFurnishingFacts


@rule("US-REGF-PARKING")
def before_furnishing(f: UsFurnishingFacts, p: Parameters) -> Verdict:
    """Speak with the consumer, or write, wait and see that nothing comes back."""
    if f.is_check_agency:
        return allowed(exception="check_agency")
    if f.has_spoken:
        return allowed()
    if f.days_since_sent is None:
        return refused("parking_no_contact")
    if not f.is_monitored:
        return refused("parking_no_monitoring")
    if f.days_to_undeliverable is not None and f.days_to_undeliverable <= p.wait_days:
        return refused("parking_undelivered")
    if f.days_since_sent <= p.wait_days:
        return refused("parking_wait")
    return allowed()
