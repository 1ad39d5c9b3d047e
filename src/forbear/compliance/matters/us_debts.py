"""United States: acts about the debt itself: suing, transferring, applying a payment (1006.26, .30)."""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import Words, YesNo

ACTS = (
    "collect",
    "sue",
    "threaten_suit",
    "proof_of_claim",
    "sell",
    "transfer",
    "place_for_collection",
    "send_data",
    "report_to_agency",
    "apply_payment",
)
STATUSES = (
    "open",
    "paid",
    "settled",
    "discharged_in_bankruptcy",
)
TRANSFEREES = (
    "other",
    "debt_owner",
    "previous_owner_by_contract",
    "agency_for_owner",
    "merger_or_acquisition",
    "securitisation_or_pledge",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsDebtFacts:
    """One act about one debt."""

    act: Annotated[
        str, Words(words=ACTS, zh="行为", en="the act", counted="what would be done")
    ] = "collect"
    is_time_barred: Annotated[
        bool,
        YesNo(
            zh="债务已过时效",
            en="the debt is time-barred",
            counted="the limitation period has expired, known or to be known",
        ),
    ] = False
    status: Annotated[
        str,
        Words(
            words=STATUSES,
            zh="债务状态",
            en="the state of the debt",
            counted="known or to be known to the collector",
        ),
    ] = "open"
    transferee: Annotated[
        str, Words(words=TRANSFEREES, zh="受让方", en="who would receive it", counted="as planned")
    ] = "other"
    has_enforceable_lien: Annotated[
        bool,
        YesNo(
            zh="有可执行的担保权益",
            en="an enforceable lien secures the discharged debt",
            counted="on the day",
        ),
    ] = False
    is_transferee_notified: Annotated[
        bool,
        YesNo(
            zh="已告知受让方债务已免责",
            en="the transferee is told of the discharge",
            counted="before or with the transfer",
        ),
    ] = False
    has_several_debts: Annotated[
        bool,
        YesNo(
            zh="消费者有多笔债务",
            en="the consumer owes several debts to this collector",
            counted="in collection",
        ),
    ] = False
    is_target_disputed: Annotated[
        bool,
        YesNo(
            zh="目标债务有争议",
            en="the debt the payment would go to is disputed",
            counted="by the consumer",
        ),
    ] = False
    has_direction: Annotated[
        bool,
        YesNo(
            zh="消费者已指定用途",
            en="the consumer said which debt the payment is for",
            counted="with the payment",
        ),
    ] = False
    is_direction_followed: Annotated[
        bool,
        YesNo(zh="按指定用途", en="the payment goes where the consumer said", counted="by debt"),
    ] = True
    is_real_property_action: Annotated[
        bool,
        YesNo(
            zh="就不动产提起",
            en="the action enforces an interest in real property that secures the debt",
            counted="as pleaded",
        ),
    ] = False
    is_venue_of_property: Annotated[
        bool,
        YesNo(
            zh="在不动产所在地",
            en="the court is where that property lies",
            counted="judicial district",
        ),
    ] = False
    is_venue_of_contract: Annotated[
        bool,
        YesNo(
            zh="在合同签订地",
            en="the court is where the contract was signed",
            counted="judicial district",
        ),
    ] = False
    is_venue_of_residence: Annotated[
        bool,
        YesNo(
            zh="在消费者住所地",
            en="the court is where the consumer resides",
            counted="at the start of the action",
        ),
    ] = False
