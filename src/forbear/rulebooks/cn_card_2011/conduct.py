"""第六十八条: manner and recording of collection."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.conduct import ConductFacts

RECORDED = frozenset({"voice_interactive", "voice_notice_ai", "visit"})


@rule("CN-CARD2011-68-THIRD.conduct")
def decent_means(f: ConductFacts, p: Parameters) -> Verdict:
    """No violence, coercion, intimidation or abuse."""
    if f.uses_violence:
        return refused("violent")
    if f.threatens:
        return refused("threatens")
    if f.insults:
        return refused("insults")
    return allowed()


@rule("CN-CARD2011-68-RECORD")
def recorded(f: ConductFacts, p: Parameters) -> Verdict:
    """Calls and visits are recorded."""
    if f.way in RECORDED and not f.is_recorded:
        return refused("not_recorded")
    return allowed()
