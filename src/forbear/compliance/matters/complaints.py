"""Complaints: how long a lender may take to decide one and tell the borrower."""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import Whole, Words, YesNo

COMPLEXITIES = (
    "simple",
    "complex",
    "very_complex",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintFacts:
    """Closing one complaint."""

    days_taken: Annotated[
        int,
        Whole(
            lo=0,
            hi=100_000,
            zh="自收到投诉起天数",
            en="days from receipt of the complaint",
            unit="days",
            counted="the day of receipt is not counted, 民法典 201; days of outside appraisal are left out",
        ),
    ] = 0
    rest_days_before: Annotated[
        int,
        Whole(
            lo=0,
            hi=60,
            zh="办结日前连续休息日天数",
            en="days of rest just before",
            unit="days",
            counted="unbroken; an end that falls on them moves to the closing day, 民法典 203",
        ),
    ] = 0
    complexity: Annotated[
        str,
        Words(
            words=COMPLEXITIES,
            zh="复杂程度",
            en="how complex the complaint is",
            counted="as found by the lender, with reasons",
        ),
    ] = "simple"
    has_senior_approval: Annotated[
        bool,
        YesNo(
            zh="已经上级或总行高管审批",
            en="the extension was approved above",
            counted="superior institution or senior manager of the head office",
        ),
    ] = False
    is_complainant_told: Annotated[
        bool,
        YesNo(
            zh="已告知投诉人延长",
            en="the complainant was told of the extension",
            counted="before the first limit ended",
        ),
    ] = False
