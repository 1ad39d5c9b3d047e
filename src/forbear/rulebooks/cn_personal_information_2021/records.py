"""第56条: keeping of impact assessments."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.retention import RetentionFacts


@rule("CN-PIPL-56")
def assessments_kept(f: RetentionFacts, p: Parameters) -> Verdict:
    """Assessments and records of use are kept three years at least."""
    if f.record == "impact_assessment" and f.years_kept < p.assessment_years:
        return refused("kept_too_short")
    return allowed()
