"""第三十七条: what collectors of a microlender must not do."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.conduct import ConductFacts


@rule("CN-MICRO2025-37")
def lawful_means(f: ConductFacts, p: Parameters) -> Verdict:
    """No posing, violence, threats, insults, harassment, deceit, seizure or publishing."""
    if f.poses_as_authority:
        return refused("poses_as_authority")
    if f.uses_violence:
        return refused("violent")
    if f.threatens:
        return refused("threatens")
    if f.insults:
        return refused("insults")
    if f.harasses:
        return refused("harasses")
    if f.defrauds:
        return refused("deceives")
    if f.invents_blacklist or f.overstates_consequence:
        return refused("misleads")
    if f.seizes_property:
        return refused("seizes_property")
    if f.spreads_privacy:
        return refused("spreads_privacy")
    if f.way == "public_post":
        return refused("posted_in_public")
    return allowed()
