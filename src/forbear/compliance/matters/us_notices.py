"""United States: single notices that may go out although contact or a medium was refused.

1006.6(c)(2), 1006.14(h)(2) and 1006.104.
"""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import Whole, Words, YesNo

NOTICES = (
    "other",
    "efforts_end",
    "remedies_ordinarily_invoked",
    "specific_remedy_intended",
    "early_intervention_notice",
    "mortgage_servicing_disclosure",
    "opt_out_confirmation",
    "state_disclosure",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsNoticeFacts:
    """One notice to a person who asked that contact, or a medium, stop."""

    notice: Annotated[
        str,
        Words(
            words=NOTICES,
            zh="通知种类",
            en="the kind of notice",
            counted="by what it says; `other` is every ordinary message",
        ),
    ] = "other"
    is_contact_stopped: Annotated[
        bool,
        YesNo(
            zh="已书面要求停止联系",
            en="the consumer asked in writing that contact stop, or refuses to pay",
            counted="from receipt of the notice",
        ),
    ] = False
    is_medium_refused: Annotated[
        bool,
        YesNo(
            zh="已拒绝该渠道或地址",
            en="the person refused this medium or address",
            counted="requests not withdrawn; an address opt-out covers every debt",
        ),
    ] = False
    is_required_by_law: Annotated[
        bool,
        YesNo(
            zh="法律要求以该渠道发送",
            en="another law requires it through this medium",
            counted="for example a periodic statement without consent to electronic delivery",
        ),
    ] = False
    is_reply: Annotated[
        bool,
        YesNo(
            zh="是对本人以该渠道来信的回复",
            en="it answers a message the person sent through that medium",
            counted="once for each message",
        ),
    ] = False
    earlier_replies: Annotated[
        int,
        Whole(
            lo=0,
            hi=1000,
            zh="对该来信已回复的次数",
            en="replies already made to that message",
            unit="replies",
            counted="since the message came",
        ),
    ] = 0
    describes_greater_protection: Annotated[
        bool,
        YesNo(
            zh="说明州法更高的保护",
            en="it describes a protection of state law that is greater",
            counted="as the state requires",
        ),
    ] = False
