"""转包: an agency keeps the cases it was given."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.outsourcing import OutsourcingFacts


@rule("CN-NIFA2024-NOSUB")
def not_passed_on(f: OutsourcingFacts, p: Parameters) -> Verdict:
    """An agency promised in writing not to pass collection on, in whatever form."""
    if f.is_passed_on:
        return refused("passed_on")
    return allowed()
