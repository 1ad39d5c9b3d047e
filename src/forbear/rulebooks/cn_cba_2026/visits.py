"""第二十二条与禁止行为 外访: how many come, that they show who they are, and where they stop."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.conduct import ConductFacts


@rule("CN-CBA2026-VISIT-2P")
def two_collectors(f: ConductFacts, p: Parameters) -> Verdict:
    """At least two collectors make a visit together."""
    if f.way == "visit" and f.collectors_present < p.collectors_at_visit:
        return refused("too_few_collectors")
    return allowed()


@rule("CN-CBA2026-VISIT-ENTRY")
def no_entry(f: ConductFacts, p: Parameters) -> Verdict:
    """Nobody enters a home, private place or office without consent; ID is shown."""
    if f.enters_private_place and not f.has_entry_consent:
        return refused("entered_without_consent")
    if f.way == "visit" and not f.is_id_shown:
        return refused("id_not_shown")
    return allowed()
