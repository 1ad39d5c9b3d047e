"""第25条: objections are marked and answered in writing within twenty days."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.credit_reporting import ObjectionFacts


@rule("CN-CREDIT-25")
def objection_answered(f: ObjectionFacts, p: Parameters) -> Verdict:
    """Checked, handled and answered in writing within 20 days of receipt."""
    if f.days_taken - f.rest_days_before > p.objection_days:
        return refused("answered_late")
    if not f.is_marked_disputed:
        return refused("not_marked")
    if not f.is_answer_written:
        return refused("not_in_writing")
    return allowed()
