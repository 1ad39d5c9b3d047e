"""催收频次: how many calls a day a borrower may get from the lender and its agencies together."""

from dataclasses import dataclass
from datetime import date

from forbear.compliance.rules import rule
from forbear.compliance.verdicts import Verdict, allowed, refused
from forbear.contact.channels import Channel
from forbear.contact.facts import ContactFacts
from forbear.rulebooks.cn_gbt_45251_2025.instrument import (
    BINDS,
    IN_FORCE_FROM,
    PARAMETERS,
    article,
)

NEXT_MIDNIGHT = 1440


@dataclass(frozen=True, slots=True)
class CallCap:
    """At most `calls_a_day` on the borrower's calendar day."""

    calls_a_day: int


def notice_cap_on(day: date) -> CallCap:
    """The cap of informative calls in force on `day`."""
    return CallCap(PARAMETERS["connected_notice_calls_a_day"].at(day))


def interactive_cap_on(day: date) -> CallCap:
    """The cap of interactive calls in force on `day`."""
    return CallCap(PARAMETERS["effective_interactive_calls_a_day"].at(day))


@rule(
    id="CN-GBT45251-FREQ-NOTICE",
    citation=article(
        "5.3 告知式催收（条号待核）",
        "以语音形式(含智能语音)进行告知式催收,同一金融机构和其合作的第三方催收机构对单一债务人拨通电话频次每日合计不应超过3次,与债务人另有约定的除外。",
        "中新经纬 2025-03-13 quoting the standard",
    ),
    in_force_from=IN_FORCE_FROM,
    binds=BINDS,
    sentence_zh="告知类语音电话每天最多接通三次，机构和合作方合并计算。",
    sentence_en="At most three connected informative calls a day, lender and agencies together.",
    parameters=notice_cap_on,
)
def notice_calls(facts: ContactFacts, cap: CallCap) -> Verdict:
    """Connected informative calls of the day stay within the cap, or the number agreed."""
    if facts.channel != Channel.VOICE_NOTICE_AI:
        return allowed()
    if facts.agreed_call_cap is not None:
        if facts.connected_notice_calls_today >= facts.agreed_call_cap:
            return refused("agreed_calls_reached", until=NEXT_MIDNIGHT)
        return allowed()
    if facts.connected_notice_calls_today >= cap.calls_a_day:
        return refused("notice_calls_reached", until=NEXT_MIDNIGHT)
    return allowed()


@rule(
    id="CN-GBT45251-FREQ-INTERACTIVE",
    citation=article(
        "5.3 交互式催收（条号待核）",
        "以语音形式(含智能语音)进行交互式催收,与单一债务人主动有效通话每日不应超过3次。",
        "海南日报 2025-03-16",
    ),
    in_force_from=IN_FORCE_FROM,
    binds=BINDS,
    sentence_zh="每天主动接通的通话最多三次，机构和合作方合并计算。",
    sentence_en="At most three calls a day that reach the borrower, lender and agencies together.",
    parameters=interactive_cap_on,
)
def interactive_calls(facts: ContactFacts, cap: CallCap) -> Verdict:
    """Effective interactive calls of the day stay within the cap; no agreement excepts this."""
    if facts.channel != Channel.VOICE_INTERACTIVE:
        return allowed()
    if facts.connected_interactive_calls_today >= cap.calls_a_day:
        return refused("interactive_calls_reached", until=NEXT_MIDNIGHT)
    return allowed()
