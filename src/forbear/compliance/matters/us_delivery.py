"""United States: sending a required disclosure (1006.42)."""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import Words, YesNo

DELIVERY_MEDIA = (
    "letter",
    "email",
    "sms",
    "portal",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsDeliveryFacts:
    """One required disclosure, sent in writing or electronically."""

    medium: Annotated[
        str, Words(words=DELIVERY_MEDIA, zh="媒介", en="the medium", counted="as sent")
    ] = "letter"
    is_undeliverable: Annotated[
        bool,
        YesNo(
            zh="已收到无法投递通知",
            en="a notice of undeliverability came",
            counted="for this attempt",
        ),
    ] = False
    has_opted_out: Annotated[
        bool,
        YesNo(
            zh="该地址已退订",
            en="the consumer opted out of this address",
            counted="before now and not withdrawn",
        ),
    ] = False
    is_address_known_wrong: Annotated[
        bool,
        YesNo(
            zh="已知消费者不在该地址",
            en="the collector knows the consumer does not live or receive mail there",
            counted="at the time of mailing",
        ),
    ] = False
    is_creditor_named: Annotated[
        bool,
        YesNo(
            zh="主题写明现债权人", en="the subject names the current creditor", counted="as sent"
        ),
    ] = True
    has_other_identifier: Annotated[
        bool,
        YesNo(
            zh="主题另有识别信息",
            en="the subject holds one more item that identifies the debt",
            counted="shortened account number and the like; the amount does not count",
        ),
    ] = True
    is_bounce_monitored: Annotated[
        bool,
        YesNo(
            zh="监测退信",
            en="undeliverability is allowed for and monitored",
            counted="for this attempt",
        ),
    ] = True
    is_sender_recognizable: Annotated[
        bool,
        YesNo(
            zh="发件人可识别",
            en="the sender is a business name the consumer likely knows",
            counted="as used before",
        ),
    ] = True
