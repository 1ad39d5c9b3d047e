"""第十二条: records of sharing and entrusting."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.retention import RetentionFacts


@rule("CN-NETDATA2025-12")
def entrusting_records_kept(f: RetentionFacts, p: Parameters) -> Verdict:
    """Three years at least."""
    if f.record == "entrusting_record" and f.years_kept < p.entrusting_record_years:
        return refused("kept_too_short")
    return allowed()
