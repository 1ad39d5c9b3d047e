"""催收方式: no violence, threats or harassment."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.conduct import ConductFacts


@rule("CN-CFC2024-COLLECT")
def decent_means(f: ConductFacts, p: Parameters) -> Verdict:
    """No violence, threats, intimidation or harassment."""
    if f.uses_violence:
        return refused("violent")
    if f.threatens:
        return refused("threatens")
    if f.harasses:
        return refused("harasses")
    return allowed()
