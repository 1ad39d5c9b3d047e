"""第二十三条: loan records."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.retention import RetentionFacts

LOAN = frozenset({"loan_record", "collection_recording", "oral_instalment_agreement"})


@rule("CN-P2P-RETENTION")
def loan_records_kept(f: RetentionFacts, p: Parameters) -> Verdict:
    """Five years at least; from memory, off by default."""
    if f.record not in LOAN:
        return allowed()
    if f.years_kept < p.record_years:
        return refused("kept_too_short")
    return allowed()
