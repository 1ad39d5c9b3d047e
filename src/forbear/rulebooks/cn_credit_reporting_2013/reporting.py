"""第15条至第18条: reporting, keeping, seeing and looking up adverse records."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.credit_reporting import AdverseDisplayFacts, CreditReportFacts


@rule("CN-CREDIT-15")
def told_before_reporting(f: CreditReportFacts, p: Parameters) -> Verdict:
    """The person is told before adverse information is reported."""
    if f.is_adverse and not f.was_told_before:
        return refused("not_told_before")
    return allowed()


@rule("CN-CREDIT-16")
def five_years(f: AdverseDisplayFacts, p: Parameters) -> Verdict:
    """Five years from the end of the event; then the record is deleted."""
    if f.years_since_end is None:
        return allowed()
    if f.years_since_end >= p.adverse_record_years:
        return refused("older_than_five_years")
    return allowed()


@rule("CN-CREDIT-17")
def free_report(f: CreditReportFacts, p: Parameters) -> Verdict:
    """Two reports a year are free."""
    if f.free_reports_taken < p.free_reports_a_year and f.is_report_charged:
        return refused("free_report_charged")
    return allowed()


@rule("CN-CREDIT-18")
def query_with_consent(f: CreditReportFacts, p: Parameters) -> Verdict:
    """A query has written consent and an agreed use."""
    if f.is_query and not f.has_query_consent:
        return refused("query_without_consent")
    if f.is_query and not f.is_query_use_agreed:
        return refused("query_without_use")
    return allowed()
