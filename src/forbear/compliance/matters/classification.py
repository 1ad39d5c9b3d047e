"""Classification: in which risk class a loan must at least stand."""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import Whole, Words

ASSET_CLASSES = (
    "normal",
    "special_mention",
    "substandard",
    "doubtful",
    "loss",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationFacts:
    """Putting one loan in a class."""

    days_past_due: Annotated[
        int,
        Whole(
            lo=0,
            hi=100_000,
            zh="逾期天数",
            en="days past due",
            unit="days",
            counted="principal, interest or other sums",
        ),
    ] = 0
    asset_class: Annotated[
        str,
        Words(
            words=ASSET_CLASSES, zh="分类", en="the class", counted="正常, 关注, 次级, 可疑, 损失"
        ),
    ] = "normal"
