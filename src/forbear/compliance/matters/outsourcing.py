"""Outsourcing: handing collection to an agency, watching over it, and what the agency hands on."""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import Whole, YesNo


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsourcingFacts:
    """One lender's use of one agency. Facts left out are neutral: all was done properly."""

    is_borrower_told: Annotated[
        bool,
        YesNo(
            zh="已事先告知借款人",
            en="the borrower was told before the case went to the agency",
            counted="a fitting notice on record",
        ),
    ] = True
    is_passed_on: Annotated[
        bool,
        YesNo(
            zh="受托机构再转委托",
            en="the agency passes the case on to another",
            counted="to any other company, under any name",
        ),
    ] = False
    has_controller_consent: Annotated[
        bool,
        YesNo(
            zh="委托方同意转委托",
            en="the lender agreed to passing it on",
            counted="in writing, before",
        ),
    ] = False
    has_written_contract: Annotated[
        bool,
        YesNo(
            zh="已签订委托合同",
            en="a contract of entrusting exists",
            counted="purpose, term, manner, kinds of data, protection, duties",
        ),
    ] = True
    keeps_data_after_end: Annotated[
        bool,
        YesNo(
            zh="委托结束后仍保留个人信息",
            en="personal data are kept after the mandate",
            counted="not returned and not deleted when it ended",
        ),
    ] = False
    days_since_review: Annotated[
        int,
        Whole(
            lo=0,
            hi=100_000,
            zh="距上次评价受托机构天数",
            en="days since the agency was last reviewed",
            unit="days",
            counted="from the last review to the day asked about; the day of signing counts as the first",
        ),
    ] = 0
    days_until_mandate_ends: Annotated[
        int,
        Whole(
            lo=0,
            hi=100_000,
            zh="距委托到期天数",
            en="days until the mandate ends",
            unit="days",
            counted="calendar days",
        ),
    ] = 365
    is_end_review_done: Annotated[
        bool,
        YesNo(
            zh="到期前已完成评价",
            en="the review before the end was done",
            counted="in the last half year of the mandate",
        ),
    ] = False
    is_collector_examined: Annotated[
        bool,
        YesNo(
            zh="上岗前已培训考核",
            en="the collector was trained and examined before starting",
            counted="by record of the training",
        ),
    ] = True
    days_since_training: Annotated[
        int,
        Whole(
            lo=0,
            hi=100_000,
            zh="距上次培训考核天数",
            en="days since the collector's last training",
            unit="days",
            counted="the yearly training with examination",
        ),
    ] = 0
    is_agency_published: Annotated[
        bool,
        YesNo(
            zh="已在官方渠道公示受托机构",
            en="the agency is named on the lender's official channels",
            counted="name and contact",
        ),
    ] = True
    has_violent_record: Annotated[
        bool,
        YesNo(
            zh="受托机构有暴力催收等违法记录",
            en="the agency has a record of violent collection",
            counted="known or to be known on choosing it",
        ),
    ] = False
    is_paid_by_recovery_alone: Annotated[
        bool,
        YesNo(
            zh="仅以回收金额考核催收人员",
            en="collectors are measured by money recovered alone",
            counted="single measure of their pay or rating",
        ),
    ] = False
