"""外部催收机构管理: agencies are published and inspected."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.outsourcing import OutsourcingFacts


@rule("CN-CBA2026-WHITELIST")
def agency_published(f: OutsourcingFacts, p: Parameters) -> Verdict:
    """Agencies are named on the official channels."""
    if not f.is_agency_published:
        return refused("agency_not_published")
    return allowed()


@rule("CN-CBA2026-ANNUAL-CHECK")
def agency_inspected(f: OutsourcingFacts, p: Parameters) -> Verdict:
    """An inspection every year."""
    if f.days_since_review > p.inspection_within_days:
        return refused("inspection_overdue")
    return allowed()
