"""受托机构公示: agencies are published."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.outsourcing import OutsourcingFacts


@rule("CN-CARD2022-13")
def agency_published(f: OutsourcingFacts, p: Parameters) -> Verdict:
    """Name and contact of each agency on official channels."""
    if not f.is_agency_published:
        return refused("agency_not_published")
    return allowed()
