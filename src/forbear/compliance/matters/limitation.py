"""Limitation: when a claim can no longer be enforced, and what begins the time anew."""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import Whole, Words, YesNo

ACTS = (
    "assert_enforceable",
    "reclaim_payment",
)
EVENTS = (
    "demand_message",
    "demand_document",
    "account_debit",
    "public_notice",
    "part_claim",
    "assignment_notice",
    "signed_after_expiry",
    "police_report",
    "lawsuit",
    "payment_order",
    "debtor_promise",
    "part_payment",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitationFacts:
    """Saying that a claim can be enforced, or asking a payment back."""

    act: Annotated[
        str,
        Words(
            words=ACTS,
            zh="行为",
            en="what is done",
            counted="the lender says that it can be enforced; the debtor asks a payment back",
        ),
    ] = "assert_enforceable"
    years_passed: Annotated[
        int,
        Whole(
            lo=0,
            hi=200,
            zh="时效起算后已满年数",
            en="full years of limitation that have passed",
            unit="years",
            counted="from the last due day or the last interruption, 民法典 201 to 203",
        ),
    ] = 0
    years_since_due: Annotated[
        int,
        Whole(
            lo=0,
            hi=200,
            zh="自权利受损起已满年数",
            en="full years since the debt fell due",
            unit="years",
            counted="never interrupted",
        ),
    ] = 0
    is_instalment_debt: Annotated[
        bool,
        YesNo(
            zh="同一债务分期履行",
            en="one debt due in instalments",
            counted="years then count from the last instalment",
        ),
    ] = False
    is_restarted: Annotated[
        bool,
        YesNo(
            zh="时效曾中断",
            en="the time was interrupted before",
            counted="years_passed counts from the last interruption",
        ),
    ] = False
    has_agreed_after_expiry: Annotated[
        bool,
        YesNo(
            zh="届满后同意履行",
            en="the debtor agreed to perform after the time had passed",
            counted="in writing or by conduct that leaves no doubt",
        ),
    ] = False
    is_paid_voluntarily: Annotated[
        bool,
        YesNo(
            zh="已自愿履行",
            en="the payment was made freely",
            counted="not taken by force or set-off",
        ),
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InterruptionFacts:
    """Counting an event as one that begins the limitation anew."""

    event: Annotated[
        str, Words(words=EVENTS, zh="事件", en="the event", counted="what happened")
    ] = "demand_document"
    has_arrived: Annotated[
        bool,
        YesNo(
            zh="已到达或应当到达",
            en="it arrived or should have arrived",
            counted="delivery report, receipt or the rules on arrival",
        ),
    ] = True
    is_to_reserved_address: Annotated[
        bool,
        YesNo(
            zh="发往预留号码或地址",
            en="it went to the number or address reserved",
            counted="telephone, post or e-mail named by the cardholder",
        ),
    ] = True
    is_rest_waived: Annotated[
        bool,
        YesNo(
            zh="明确放弃剩余债权",
            en="the rest of the claim was expressly waived",
            counted="when only a part was claimed",
        ),
    ] = False
