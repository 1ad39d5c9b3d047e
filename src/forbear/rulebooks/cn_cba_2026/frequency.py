"""第三章: how often a number that is not answered may be tried in a day."""

from dataclasses import dataclass
from datetime import date

from forbear.compliance.citations import Strength
from forbear.compliance.rules import rule
from forbear.compliance.verdicts import Verdict, allowed, refused
from forbear.contact.channels import Channel
from forbear.contact.facts import ContactFacts
from forbear.rulebooks.cn_cba_2026.instrument import BINDS, IN_FORCE_FROM, PARAMETERS, article

NEXT_MIDNIGHT = 1440


@dataclass(frozen=True, slots=True)
class AttemptCap:
    """At most `attempts_a_day` unanswered calls to one number."""

    attempts_a_day: int


def attempt_cap_on(day: date) -> AttemptCap:
    """The cap in force on `day`."""
    return AttemptCap(PARAMETERS["unanswered_attempts_a_day"].at(day))


@rule(
    id="CN-CBA2026-FREQ6",
    citation=article(
        "第三章（条号待核）",
        "主动通话的频密程度应控制在合理及必需的范围内。债务人电话未接通的,催收人员对债务人同一联系方式尝试拨打次数当天不宜超过6次;与债务人另有约定除外。",
        "经济参考报",
        Strength.NOT_ADVISABLE,
    ),
    in_force_from=IN_FORCE_FROM,
    binds=BINDS,
    sentence_zh="同一号码当天未接通的拨打不超过六次。",
    sentence_en="At most six unanswered calls a day to the same number.",
    parameters=attempt_cap_on,
)
def unanswered_attempts(facts: ContactFacts, cap: AttemptCap) -> Verdict:
    """Unanswered calls of the day to one number stay within the cap, or the number agreed."""
    if facts.channel not in {Channel.VOICE_INTERACTIVE, Channel.VOICE_NOTICE_AI}:
        return allowed()
    if facts.agreed_attempt_cap is not None:
        if facts.unanswered_attempts_today_same_number >= facts.agreed_attempt_cap:
            return refused("agreed_attempts_reached", until=NEXT_MIDNIGHT)
        return allowed()
    if facts.unanswered_attempts_today_same_number >= cap.attempts_a_day:
        return refused("unanswered_attempts_reached", until=NEXT_MIDNIGHT)
    return allowed()
