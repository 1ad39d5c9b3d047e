"""Notices: the reminder before the due day and the letter of collection."""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import Words, YesNo

NOTICES = (
    "due_reminder",
    "collection_letter",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFacts:
    """One notice to one cardholder."""

    notice: Annotated[
        str, Words(words=NOTICES, zh="通知种类", en="the kind of notice", counted="what is sent")
    ] = "collection_letter"
    is_sent_in_time: Annotated[
        bool,
        YesNo(zh="及时发出", en="it is sent in time", counted="before the due day, for a reminder"),
    ] = True
    names_amount_and_day: Annotated[
        bool, YesNo(zh="载明金额和日期", en="amount and due day are named", counted="both")
    ] = True
    names_reason_and_rights: Annotated[
        bool,
        YesNo(
            zh="载明原因、规则与权利义务",
            en="reason, rules, rights and duties are named",
            counted="all of them",
        ),
    ] = True
    names_ways_to_answer: Annotated[
        bool,
        YesNo(
            zh="载明查询、还款、异议方式",
            en="ways to ask, pay, object and give evidence are named",
            counted="all of them",
        ),
    ] = True
    names_sender: Annotated[
        bool,
        YesNo(
            zh="载明发卡行并盖章",
            en="the bank, its contact and seal are there",
            counted="all of them",
        ),
    ] = True
