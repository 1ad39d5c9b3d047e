"""Credit reporting: adverse records, objections to them, and how long they are shown."""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import Whole, YesNo

FEN = 10**15


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditReportFacts:
    """Sending an adverse record, or looking a person up, at a credit bureau."""

    is_adverse: Annotated[
        bool,
        YesNo(
            zh="属于不良信息",
            en="the information is adverse",
            counted="an overdue payment or another breach",
        ),
    ] = True
    was_told_before: Annotated[
        bool,
        YesNo(
            zh="已事先告知信息主体",
            en="the person was told before",
            counted="notice before the record is sent",
        ),
    ] = True
    is_query: Annotated[
        bool,
        YesNo(
            zh="查询个人信息",
            en="the person's record is looked up",
            counted="a query by a lender, not by the person",
        ),
    ] = False
    has_query_consent: Annotated[
        bool,
        YesNo(
            zh="查询已取得书面同意",
            en="the person consented in writing to the query",
            counted="before it is made",
        ),
    ] = True
    is_query_use_agreed: Annotated[
        bool,
        YesNo(
            zh="查询用途已约定",
            en="the use of the query was agreed",
            counted="and the query keeps to it",
        ),
    ] = True
    free_reports_taken: Annotated[
        int,
        Whole(
            lo=0,
            hi=100,
            zh="本年度已获取免费报告次数",
            en="reports taken free this year",
            unit="reports",
            counted="calendar year",
        ),
    ] = 0
    is_report_charged: Annotated[
        bool,
        YesNo(
            zh="对信用报告收费", en="the person is charged for their own report", counted="any fee"
        ),
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionFacts:
    """Answering a person who says that the record is wrong."""

    days_taken: Annotated[
        int,
        Whole(
            lo=0,
            hi=100_000,
            zh="自收到异议起天数",
            en="days from receipt of the objection",
            unit="days",
            counted="the day of receipt is not counted, 民法典 201",
        ),
    ] = 0
    rest_days_before: Annotated[
        int,
        Whole(
            lo=0,
            hi=60,
            zh="答复日前连续休息日天数",
            en="days of rest just before",
            unit="days",
            counted="unbroken; an end that falls on them moves to the answer's day, 民法典 203",
        ),
    ] = 0
    is_marked_disputed: Annotated[
        bool,
        YesNo(
            zh="已标注异议",
            en="the record is marked as disputed",
            counted="while the objection is examined",
        ),
    ] = True
    is_answer_written: Annotated[
        bool,
        YesNo(zh="已书面答复", en="the answer is in writing", counted="to the person who objected"),
    ] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseDisplayFacts:
    """Showing an adverse record to somebody on a given day."""

    years_since_end: Annotated[
        int | None,
        Whole(
            lo=0,
            hi=200,
            zh="不良行为终止后已满年数",
            en="full years since the event ended",
            unit="years",
            counted="years whose last day is over, 民法典 201",
            unknown="the event has not ended: the years have not begun",
        ),
    ] = None
    arose_day: Annotated[
        int,
        Whole(
            lo=0,
            hi=99_991_231,
            zh="逾期发生日",
            en="the day on which it became overdue",
            unit="yyyymmdd",
            counted="as a number such as 20230610",
        ),
    ] = 0
    single_amount_minor: Annotated[
        int,
        Whole(
            lo=0,
            hi=FEN,
            zh="单笔金额",
            en="the single amount overdue",
            unit="fen",
            counted="of this record",
        ),
    ] = 0
    repaid_day: Annotated[
        int | None,
        Whole(
            lo=0,
            hi=99_991_231,
            zh="足额偿还日",
            en="the day on which it was repaid in full",
            unit="yyyymmdd",
            counted="as a number such as 20260331",
            unknown="it is not repaid in full",
        ),
    ] = None
    months_since_repaid: Annotated[
        int,
        Whole(
            lo=0,
            hi=2_400,
            zh="自偿还月份起经过的月份",
            en="months from the month of repayment to the month of showing",
            unit="months",
            counted="calendar months: the next month is 1",
        ),
    ] = 0
