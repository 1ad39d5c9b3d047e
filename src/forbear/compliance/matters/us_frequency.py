"""United States: how much came at one person through all media (1006.14(a)).

The text names no number; the thresholds of the book are our reading of the two worked examples and
only call for a person, they do not decide.
"""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import Whole, YesNo


@dataclass(frozen=True, slots=True, kw_only=True)
class UsFrequencyFacts:
    """Everything one collector sent or placed to one person."""

    is_unanswered: Annotated[
        bool,
        YesNo(
            zh="未得到任何回应", en="the person answered nothing", counted="over the days counted"
        ),
    ] = False
    messages_a_day: Annotated[
        int,
        Whole(
            lo=0,
            hi=1000,
            zh="最忙连续三日内每日至少条数",
            en="the least number of messages a day over the busiest three consecutive days",
            unit="messages a day",
            counted="texts, e-mails and other electronic messages, not calls",
        ),
    ] = 0
    calls_seven_days: Annotated[
        int,
        Whole(
            lo=0,
            hi=1000,
            zh="七日内电话数",
            en="calls in the busiest seven consecutive days",
            unit="calls",
            counted="counted calls to this person",
        ),
    ] = 0
    messages_seven_days: Annotated[
        int,
        Whole(
            lo=0,
            hi=1000,
            zh="同七日内电子信息数",
            en="electronic messages in the same seven days",
            unit="messages",
            counted="texts, e-mails and other electronic messages",
        ),
    ] = 0
    has_obscene_language: Annotated[
        bool,
        YesNo(
            zh="曾使用淫秽或辱骂语言",
            en="obscene, profane or abusive language was used",
            counted="in any medium",
        ),
    ] = False
