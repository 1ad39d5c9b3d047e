"""第四十一条: how collection is done."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.conduct import ConductFacts


@rule("CN-CP2023-41")
def lawful_means(f: ConductFacts, p: Parameters) -> Verdict:
    """No posing as an authority, no violence, intimidation or fraud; agencies are announced."""
    if f.is_agency_unannounced:
        return refused("agency_not_announced")
    if f.poses_as_authority:
        return refused("poses_as_authority")
    if f.uses_violence:
        return refused("violent")
    if f.threatens:
        return refused("intimidates")
    if f.defrauds:
        return refused("deceives")
    if f.invents_blacklist:
        return refused("deceives_by_invention")
    return allowed()
