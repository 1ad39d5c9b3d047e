"""催收记录: kept for five years."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.retention import RetentionFacts

COLLECTION = frozenset({"collection_recording", "oral_instalment_agreement"})


@rule("CN-CFC2024-RETENTION")
def records_kept(f: RetentionFacts, p: Parameters) -> Verdict:
    """Five years at least, and while a dispute is open."""
    if f.record not in COLLECTION:
        return allowed()
    if f.years_kept < p.record_years:
        return refused("kept_too_short")
    if f.has_open_dispute:
        return refused("dispute_open")
    return allowed()
