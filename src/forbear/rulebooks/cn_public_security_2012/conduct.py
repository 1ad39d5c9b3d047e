"""威胁、侮辱、骚扰、散布隐私: acts the police punish."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.conduct import ConductFacts


@rule("CN-PSAP-42")
def no_harassment(f: ConductFacts, p: Parameters) -> Verdict:
    """No threats, public insult, repeated disturbing messages, or spreading of private matters."""
    if f.threatens:
        return refused("threatens")
    if f.insults:
        return refused("insults")
    if f.harasses:
        return refused("harasses")
    if f.spreads_privacy:
        return refused("spreads_privacy")
    return allowed()
