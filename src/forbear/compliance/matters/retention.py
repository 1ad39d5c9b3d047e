"""Retention: which records must still be kept."""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import Whole, Words, YesNo

RECORDS = (
    "collection_recording",
    "oral_instalment_agreement",
    "impact_assessment",
    "entrusting_record",
    "loan_record",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionFacts:
    """Deleting one record."""

    record: Annotated[
        str, Words(words=RECORDS, zh="记录种类", en="the kind of record", counted="what it holds")
    ] = "collection_recording"
    years_kept: Annotated[
        int,
        Whole(
            lo=0,
            hi=200,
            zh="已满保存年数",
            en="full years kept",
            unit="years",
            counted="years whose last day is over, 民法典 201",
        ),
    ] = 200
    has_open_dispute: Annotated[
        bool,
        YesNo(
            zh="有未结争议",
            en="a dispute is open",
            counted="complaint, objection or lawsuit about this loan",
        ),
    ] = False
    is_debt_settled: Annotated[
        bool,
        YesNo(
            zh="债务已结清",
            en="the debt is settled",
            counted="paid, or settled by agreement and kept",
        ),
    ] = True
