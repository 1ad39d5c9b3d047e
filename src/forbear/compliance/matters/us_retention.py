"""United States: keeping and destroying records (1006.100)."""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class UsRetentionFacts:
    """One destruction of records of one debt or call."""

    days_after_retention_end: Annotated[
        int | None,
        Whole(
            lo=-100000,
            hi=100000,
            zh="保存期满后天数",
            en="days after the last day of retention",
            unit="days",
            counted="negative before it; by clocks.retained_until",
            unknown="collection on the debt has not ended",
        ),
    ] = None
