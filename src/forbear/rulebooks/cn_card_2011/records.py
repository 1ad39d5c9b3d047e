"""第六十八条、第七十条: how long recordings are kept."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.retention import RetentionFacts

COLLECTION = frozenset({"collection_recording", "oral_instalment_agreement"})


@rule("CN-CARD2011-68-RECORD.retention")
def records_kept(f: RetentionFacts, p: Parameters) -> Verdict:
    """Records are kept at least two years, and while a dispute is open."""
    if f.record not in COLLECTION:
        return allowed()
    if f.years_kept < p.record_years:
        return refused("kept_too_short")
    if f.has_open_dispute:
        return refused("dispute_open")
    return allowed()


@rule("CN-CARD2011-70-ORAL")
def oral_plan_kept(f: RetentionFacts, p: Parameters) -> Verdict:
    """The recording of an oral plan is kept until the debt is settled."""
    if f.record == "oral_instalment_agreement" and not f.is_debt_settled:
        return refused("debt_not_settled")
    return allowed()
