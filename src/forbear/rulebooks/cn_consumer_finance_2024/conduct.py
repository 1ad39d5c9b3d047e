"""催收方式与记录: no violence, threats or harassment; the process is recorded."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.conduct import ConductFacts

RECORDED = frozenset({"voice_interactive", "voice_notice_ai", "visit"})


@rule("CN-CFC2024-RETENTION.recording")
def recorded(f: ConductFacts, p: Parameters) -> Verdict:
    """Records are true, complete and traceable: the recorder runs."""
    if f.way in RECORDED and not f.is_recorded:
        return refused("not_recorded")
    return allowed()


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
