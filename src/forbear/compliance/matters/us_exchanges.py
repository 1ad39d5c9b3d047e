"""United States: an answer to a consumer who wrote first, and what is asked in a contact.

Comments 6(b)(1)-2, 6(b)(2)-1 and 6(b)(4)(i)-1: one answer to each message of the consumer, and no
asking for leave to go on.
"""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import Whole, Words, YesNo

BARS = (
    "inconvenient_time",
    "inconvenient_place",
    "representation",
)
QUESTIONS = (
    "nothing",
    "convenient_time",
    "consent_to_continue",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsExchangeFacts:
    """One exchange with a consumer who ruled out a time, a place or direct contact."""

    barred_by: Annotated[
        str,
        Words(
            words=BARS,
            zh="受何种限制",
            en="what bars contact otherwise",
            counted="the strictest bar that stands",
        ),
    ] = "inconvenient_time"
    is_reply: Annotated[
        bool,
        YesNo(
            zh="是对消费者来信的回复",
            en="it answers a message the consumer sent first",
            counted="automatic replies included",
        ),
    ] = False
    is_same_medium: Annotated[
        bool,
        YesNo(
            zh="使用与来信相同的渠道",
            en="the medium is the one the consumer used",
            counted="e-mail for e-mail, the same call for a call",
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
    days_since_message: Annotated[
        int,
        Whole(
            lo=0,
            hi=100000,
            zh="来信距今天数",
            en="days since the message came",
            unit="local calendar days",
            counted="0 on the day itself",
        ),
    ] = 0
    is_own_session: Annotated[
        bool,
        YesNo(
            zh="消费者正在使用网站或应用",
            en="the consumer is using the collector's site or app now",
            counted="from the start of the session to its end",
        ),
    ] = False
    asks: Annotated[
        str,
        Words(
            words=QUESTIONS,
            zh="所提问题",
            en="what the consumer is asked",
            counted="in the contact judged",
        ),
    ] = "nothing"
    is_contact_inconvenient: Annotated[
        bool,
        YesNo(
            zh="消费者表示此刻不便",
            en="the consumer said this time or place is inconvenient",
            counted="in this very contact",
        ),
    ] = False
