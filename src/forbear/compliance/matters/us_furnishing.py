"""United States: giving information to a consumer reporting agency (1006.30(a))."""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import Whole, YesNo


@dataclass(frozen=True, slots=True, kw_only=True)
class UsFurnishingFacts:
    """One furnishing, seen from one earlier message about the debt."""

    is_check_agency: Annotated[
        bool,
        YesNo(
            zh="全国性支票记录机构",
            en="the agency is a nationwide specialty agency on check-writing history",
            counted="12 CFR 1006.30(a)(2)",
        ),
    ] = False
    has_spoken: Annotated[
        bool,
        YesNo(
            zh="已当面或电话谈及债务",
            en="the collector spoke with the consumer about the debt",
            counted="in person or by telephone; a limited-content voicemail is not speaking",
        ),
    ] = False
    days_since_sent: Annotated[
        int | None,
        Whole(
            lo=0,
            hi=100000,
            zh="距寄发天数",
            en="days since the letter or electronic message about the debt was sent",
            unit="days",
            counted="the day of sending is 0",
            unknown="no message about the debt was sent",
        ),
    ] = None
    days_to_undeliverable: Annotated[
        int | None,
        Whole(
            lo=0,
            hi=100000,
            zh="退信距寄发天数",
            en="days from sending to the notice of undeliverability",
            unit="days",
            counted="the day of sending is 0",
            unknown="none came",
        ),
    ] = None
    is_monitored: Annotated[
        bool,
        YesNo(
            zh="已监测退信",
            en="undeliverability was allowed for and monitored",
            counted="over the whole wait",
        ),
    ] = True
