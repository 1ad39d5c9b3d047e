"""Card collections that count as effective under criminal law."""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import Whole, YesNo


@dataclass(frozen=True, slots=True, kw_only=True)
class CardCollectionFacts:
    """Counting collections as separate effective ones, or alleging the offence."""

    least_gap_days: Annotated[
        int | None,
        Whole(
            lo=0,
            hi=100_000,
            zh="相邻两次催收的最短间隔",
            en="the least gap between two collections",
            unit="days",
            counted="days from one to the next, the first not counted",
            unknown="there is only one collection",
        ),
    ] = None
    collections: Annotated[
        int,
        Whole(
            lo=0,
            hi=1_000,
            zh="有效催收次数",
            en="the number of effective collections",
            unit="collections",
            counted="as counted",
        ),
    ] = 2
    is_offence_alleged: Annotated[
        bool,
        YesNo(
            zh="主张构成恶意透支", en="the offence is alleged", counted="to the police or a court"
        ),
    ] = False
    months_unpaid_after: Annotated[
        int,
        Whole(
            lo=0,
            hi=1_200,
            zh="有效催收后未还月数",
            en="months unpaid after the second effective collection",
            unit="months",
            counted="full months",
        ),
    ] = 100
    is_receipt_provable: Annotated[
        bool,
        YesNo(
            zh="能证明持卡人知悉",
            en="it can be proven that the cardholder knew",
            counted="by a means that confirms receipt",
        ),
    ] = True
    follows_rules: Annotated[
        bool,
        YesNo(
            zh="符合催收规定或约定",
            en="the collections kept the rules",
            counted="law, rules and agreement",
        ),
    ] = True
