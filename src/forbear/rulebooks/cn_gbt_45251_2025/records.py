"""催收记录保存: how long the records of collection are kept."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.retention import RetentionFacts

COLLECTION = frozenset({"collection_recording", "oral_instalment_agreement"})


@rule("CN-GBT45251-RECORD.retention")
def records_kept(f: RetentionFacts, p: Parameters) -> Verdict:
    """Collection records are kept at least two years, and while a dispute is open."""
    if f.record not in COLLECTION:
        return allowed()
    if f.years_kept < p.record_years:
        return refused("kept_too_short")
    if f.has_open_dispute:
        return refused("dispute_open")
    return allowed()
