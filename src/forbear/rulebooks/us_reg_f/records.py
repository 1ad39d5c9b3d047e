"""1006.100: how long records are kept."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.us_retention import UsRetentionFacts


@rule("US-REGF-RETENTION")
def records_kept(f: UsRetentionFacts, p: Parameters) -> Verdict:
    """Three years after the last collection activity; a recording three years after its call."""
    if f.days_after_retention_end is None:
        return refused("collection_not_ended")
    if f.days_after_retention_end <= 0:
        return refused("retention")
    return allowed()
