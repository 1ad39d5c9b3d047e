"""CONC 7.3.10R, 7.9.12R-7.9.14R: visits and pressure."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.uk_visits import UkConductFacts


@rule("UK-CONC-VISIT")
def visits(f: UkConductFacts, p: Parameters) -> Verdict:
    """Announced, not to a customer who may be vulnerable, and over when asked."""
    if not f.is_visit:
        return allowed()
    if f.is_asked_to_leave:
        return refused("asked_to_leave")
    if f.is_vulnerability_suspected:
        return refused("vulnerability_suspected")
    if not f.is_notice_given:
        return refused("not_announced")
    if f.is_place_inappropriate and not f.has_place_consent:
        return refused("inappropriate_place")
    return allowed()


@rule("UK-CONC-PRESSURE")
def pressure(f: UkConductFacts, p: Parameters) -> Verdict:
    """No pressing for too much, too soon, or to borrow or sell."""
    if f.demands_large_sum:
        return refused("large_sum")
    if f.demands_short_period:
        return refused("short_period")
    if f.presses_to_borrow_or_sell:
        return refused("borrow_or_sell")
    return allowed()
