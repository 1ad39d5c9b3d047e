"""The workbench in words: holds, wishes, timeline items, and the panel 能否联系."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forbear.contact.channels import Channel
from forbear.contact.permission import Permission
from forbear.contact.wording.intents import intent_rules
from forbear_server.console.contact_wording import (
    DISPOSITIONS,
    HOLD_LEAVES,
    HOLDS,
    INTENTS,
    MESSAGE_KINDS,
    MESSAGE_REASONS,
    MESSAGE_STATES,
    PREFERENCES,
    SOURCES,
)
from forbear_server.console.may_contact_display import ShownVerdict, shown_verdict
from forbear_server.console.rule_wording import in_language
from forbear_server.console.wording import (
    CHANNELS,
    OUTCOMES,
    PAYMENT_KINDS,
    Words,
    word,
)
from forbear_server.console.worklists import ShownGround, shown_ground
from forbear_server.selectors.borrower_pages import HoldLine, PreferenceLine
from forbear_server.selectors.contact_timelines import TimelineItem
from forbear_server.selectors.rules import DailyCaps, ground_of
from forbear_server.ui.clock import BEIJING
from forbear_server.ui.templatetags.forbear import minute_of_day, moment

# As the panel lists them; those no gateway serves yet are judged all the same.
PANEL = (
    Channel.VOICE_INTERACTIVE,
    Channel.VOICE_NOTICE_AI,
    Channel.SMS,
    Channel.APP,
    Channel.MAIL,
    Channel.WECHAT,
    Channel.LETTER,
    Channel.VISIT,
)
GROUPS: Words = {
    "": gettext_lazy("全部"),
    "contact": gettext_lazy("联系"),
    "money": gettext_lazy("付款"),
    "wishes": gettext_lazy("本人意愿与暂停"),
    "decision": gettext_lazy("系统决定"),
}
_KINDS: Words = {
    "attempt": gettext_lazy("联系记录"),
    "payment": gettext_lazy("付款"),
    "message": gettext_lazy("发出消息"),
    "inbound": gettext_lazy("收到回复"),
    "refused": gettext_lazy("未联系"),
    "call": gettext_lazy("通话"),
    "stated": gettext_lazy("本人意愿"),
    "hold": gettext_lazy("暂停联系"),
}
_ICONS = {
    "attempt": "history",
    "payment": "cash",
    "message": "send",
    "inbound": "message",
    "refused": "ban",
    "call": "phone",
    "stated": "user-check",
    "hold": "hand-stop",
}


@dataclass(frozen=True, slots=True)
class ShownHold:
    line: HoldLine
    word: str
    leaves: str
    source: str
    until: str


@dataclass(frozen=True, slots=True)
class ShownPreference:
    line: PreferenceLine
    word: str
    says: str
    source: str


@dataclass(frozen=True, slots=True)
class ShownItem:
    item: TimelineItem
    icon: str
    kind: str
    channel: str
    outcome: str
    outcome_kind: str
    rules: list[ShownGround]
    intents: list[str]
    next_step: str
    who: str


@dataclass(frozen=True, slots=True)
class ShownChannel:
    code: str
    word: str
    verdict: ShownVerdict
    grounds: list[ShownGround]
    next_at: datetime | None


def shown_hold(line: HoldLine) -> ShownHold:
    return ShownHold(
        line,
        word(HOLDS, line.kind),
        word(HOLD_LEAVES, line.kind),
        word(SOURCES, line.source),
        moment(line.until) if line.until else "",
    )


def shown_preference(line: PreferenceLine) -> ShownPreference:
    parts = [word(CHANNELS, line.channel)] if line.channel else []
    if line.from_minute is not None and line.until_minute is not None:
        parts.append(f"{minute_of_day(line.from_minute)}–{minute_of_day(line.until_minute)}")
    if line.daily_cap is not None:
        parts.append(_("每日 %(cap)s 次") % {"cap": line.daily_cap})
    if line.language:
        parts.append({"zh-Hans": _("简体中文"), "en": "English"}.get(line.language, line.language))
    if line.until:
        parts.append(_("到 %(until)s") % {"until": moment(line.until)})
    return ShownPreference(
        line, word(PREFERENCES, line.kind), " · ".join(parts), word(SOURCES, line.source)
    )


def shown_items(items: Iterable[TimelineItem], *, hides_money: bool) -> list[ShownItem]:
    """Items with their words; money and texts that may speak of it are left out during a call."""
    return [_shown(item) for item in items if not (hides_money and item.kind in _SPEAK_OF_DEBT)]


_SPEAK_OF_DEBT = frozenset({"payment", "message", "inbound"})


def _shown(item: TimelineItem) -> ShownItem:
    outcome, kind = _outcome(item)
    steps = {rule.next_step: rule.says for rule in intent_rules()}
    return ShownItem(
        item=item,
        icon=_ICONS[item.kind],
        kind=word(_KINDS, item.kind),
        channel=word(CHANNELS, item.channel) if item.channel else "",
        outcome=outcome,
        outcome_kind=kind,
        rules=[
            shown_ground(ground_of(rule_id, ""))
            for rule_id in item.rule_ids
            if rule_id not in MESSAGE_REASONS
        ],
        intents=[word(INTENTS, code) for code in item.intents],
        next_step=in_language(steps[item.next_step]) if item.next_step in steps else "",
        who=word(_WHO, item.who) if item.kind in {"attempt", "stated", "hold"} else item.who,
    )


_WHO: Words = {**SOURCES, "in_house": gettext_lazy("本机构")}


def _outcome(item: TimelineItem) -> tuple[str, str]:
    if item.kind == "message":
        reason = item.rule_ids[0] if item.rule_ids and item.rule_ids[0] in MESSAGE_REASONS else ""
        said = word(MESSAGE_STATES, item.outcome)
        told = f"{said} · {word(MESSAGE_REASONS, reason)}" if reason else said
        return told, MESSAGE_KINDS.get(item.outcome, "quiet")
    if item.kind == "refused":
        is_review = item.outcome == "needs_review"
        return (str(_("需复核")) if is_review else str(_("暂不可以"))), "care"
    if item.kind == "inbound":
        return (str(_("已退订，立即生效")), "help") if item.outcome else ("", "quiet")
    words: dict[str, Words] = {
        "attempt": OUTCOMES,
        "payment": PAYMENT_KINDS,
        "call": DISPOSITIONS,
        "stated": PREFERENCES,
        "hold": HOLDS,
    }
    return word(words[item.kind], item.outcome), "help" if item.kind == "hold" else "quiet"


def shown_channels(found: Mapping[Channel, Permission]) -> list[ShownChannel]:
    """One row a channel, in the panel's order."""
    return [
        ShownChannel(
            code=channel.value,
            word=word(CHANNELS, channel.value),
            verdict=shown_verdict(found[channel], BEIJING),
            grounds=[
                shown_ground(ground_of(ground.rule_id, ground.verdict.reason or ""))
                for ground in found[channel].judgement.grounds
            ],
            next_at=found[channel].next_permitted_at,
        )
        for channel in PANEL
        if channel in found
    ]


@dataclass(frozen=True, slots=True)
class ShownCounts:
    """What counts against today's caps, with the caps."""

    connected: int
    unanswered: int
    caps: DailyCaps

    @classmethod
    def of(cls, answer: Permission, caps: DailyCaps) -> ShownCounts:
        facts = answer.facts
        return cls(
            facts.connected_interactive_calls_today + facts.connected_notice_calls_today,
            facts.unanswered_attempts_today_same_number,
            caps,
        )
