"""第三章: no contact at night without the borrower's consent."""

from dataclasses import dataclass
from datetime import date

from forbear.compliance.citations import Strength
from forbear.compliance.rules import rule
from forbear.compliance.verdicts import Verdict, allowed, needs_review, refused
from forbear.contact.facts import ContactFacts
from forbear.rulebooks.cn_cba_2026.instrument import BINDS, IN_FORCE_FROM, PARAMETERS, article


@dataclass(frozen=True, slots=True)
class Night:
    """Night from `starts_minute` to the next day's `ends_minute`, [from, to)."""

    starts_minute: int
    ends_minute: int


def night_on(day: date) -> Night:
    """The night in force on `day`."""
    return Night(PARAMETERS["night_starts_minute"].at(day), PARAMETERS["night_ends_minute"].at(day))


@rule(
    id="CN-CBA2026-HOURS",
    citation=article(
        "第三章（条号待核）",
        "未经债务人同意,严禁在每日晚22:00至次日早8:00进行电话催收、外访催收及其他催收。",
        "中新网 2026-01-30",
        Strength.STRICTLY_PROHIBITED,
    ),
    in_force_from=IN_FORCE_FROM,
    binds=BINDS,
    sentence_zh="没有本人同意，晚上十点到早上八点严禁联系。",
    sentence_en="Without the borrower's consent no contact from 22:00 to 08:00.",
    parameters=night_on,
)
def night_contact(facts: ContactFacts, night: Night) -> Verdict:
    """At night only with the borrower's consent, on every channel."""
    if facts.local_minute is None:
        return needs_review("local_time_unknown")
    if facts.has_night_consent:
        return allowed()
    if facts.local_minute >= night.starts_minute or facts.local_minute < night.ends_minute:
        return refused("night_without_consent", until=night.ends_minute)
    return allowed()
