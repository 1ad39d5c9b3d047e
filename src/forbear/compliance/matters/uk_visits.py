"""United Kingdom: visits and pressure (CONC 7.3, 7.9)."""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import YesNo


@dataclass(frozen=True, slots=True, kw_only=True)
class UkConductFacts:
    """One visit or demand by a firm."""

    is_visit: Annotated[
        bool, YesNo(zh="为上门", en="it is a visit", counted="to the home or another place")
    ] = False
    is_notice_given: Annotated[
        bool,
        YesNo(
            zh="已事先告知目的和时间",
            en="notice of the purpose and time was given",
            counted="before the visit",
        ),
    ] = True
    is_vulnerability_suspected: Annotated[
        bool,
        YesNo(
            zh="怀疑客户处于脆弱状态",
            en="the customer is known or suspected to be particularly vulnerable",
            counted="by what the firm sees or was told",
        ),
    ] = False
    is_place_inappropriate: Annotated[
        bool,
        YesNo(zh="地点不当", en="the place is inappropriate", counted="work, hospital, in public"),
    ] = False
    has_place_consent: Annotated[
        bool,
        YesNo(
            zh="客户明示同意该地点",
            en="the customer consented expressly to that place",
            counted="before the visit",
        ),
    ] = False
    is_asked_to_leave: Annotated[
        bool,
        YesNo(
            zh="被要求离开",
            en="the customer asked the visitor to leave",
            counted="or it becomes apparent that the customer is distressed",
        ),
    ] = False
    demands_large_sum: Annotated[
        bool,
        YesNo(
            zh="要求一次或过大还款",
            en="single, very few or unreasonably large payments are pressed for",
            counted="in the circumstances",
        ),
    ] = False
    demands_short_period: Annotated[
        bool,
        YesNo(
            zh="要求过短期限",
            en="repayment within an unreasonably short period is pressed for",
            counted="in the circumstances",
        ),
    ] = False
    presses_to_borrow_or_sell: Annotated[
        bool,
        YesNo(
            zh="逼迫借款或变卖财产",
            en="the customer is pressed to borrow or to sell property",
            counted="in any words",
        ),
    ] = False
