"""第二十条: the days within which a complaint is decided and the complainant told."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.complaints import ComplaintFacts


@rule("CN-COMPLAINT2020")
def complaint_closed(f: ComplaintFacts, p: Parameters) -> Verdict:
    """15 days; 30 when complex; 30 more when very complex, approved above and announced."""
    days = f.days_taken - f.rest_days_before
    if f.complexity == "simple":
        if days > p.simple_days:
            return refused("simple_complaint_late")
        return allowed()
    if days <= p.complex_days:
        return allowed()
    if f.complexity == "complex":
        return refused("complex_complaint_late")
    if days > p.complex_days + p.extension_days:
        return refused("extension_exhausted")
    if not f.has_senior_approval:
        return refused("extension_not_approved")
    if not f.is_complainant_told:
        return refused("extension_not_announced")
    return allowed()
