"""催收时间: when a borrower may be contacted at all, on any channel."""

from dataclasses import dataclass
from datetime import date

from forbear.compliance.rules import rule
from forbear.compliance.verdicts import Verdict, allowed, needs_review, refused
from forbear.contact.facts import ContactFacts
from forbear.rulebooks.cn_gbt_45251_2025.instrument import (
    BINDS,
    IN_FORCE_FROM,
    PARAMETERS,
    article,
)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Quiet from `starts_minute` to the next day's `ends_minute`, [from, to)."""

    starts_minute: int
    ends_minute: int


def quiet_hours_on(day: date) -> QuietHours:
    """The hours in force on `day`."""
    return QuietHours(
        PARAMETERS["quiet_starts_minute"].at(day), PARAMETERS["quiet_ends_minute"].at(day)
    )


@rule(
    id="CN-GBT45251-HOURS",
    citation=article(
        "5.3 业务管理（条号待核）",
        "双方已事先约定催收时间的,催收作业从其约定。双方未约定催收时间的,催收作业不应在每日22:00至次日8:00进行。",
        "中新经纬 2025-03-13 quoting the standard",
    ),
    in_force_from=IN_FORCE_FROM,
    binds=BINDS,
    sentence_zh="晚上十点到早上八点不联系；事先约定了时间的，按约定的时间联系。",
    sentence_en="No contact from 22:00 to 08:00; where hours were agreed, only within them.",
    parameters=quiet_hours_on,
)
def quiet_hours(facts: ContactFacts, hours: QuietHours) -> Verdict:
    """Agreed hours prevail; otherwise no collection work at night, by the borrower's clock."""
    if facts.local_minute is None:
        return needs_review("local_time_unknown")
    if facts.agreed_from_minute is not None and facts.agreed_until_minute is not None:
        if (
            facts.local_minute >= facts.agreed_from_minute
            and facts.local_minute < facts.agreed_until_minute
        ):
            return allowed()
        return refused("outside_agreed_hours", until=facts.agreed_from_minute)
    if facts.local_minute >= hours.starts_minute or facts.local_minute < hours.ends_minute:
        return refused("quiet_hours", until=hours.ends_minute)
    return allowed()
