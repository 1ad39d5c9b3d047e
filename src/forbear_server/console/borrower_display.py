"""The workbench in words: holds, wishes, why something was not done, and the panel 能否联系."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forbear.contact.channels import Channel
from forbear.contact.permission import Permission
from forbear_server.console.contact_wording import (
    HOLD_LEAVES,
    HOLDS,
    PREFERENCES,
    SOURCES,
)
from forbear_server.console.may_contact_display import ShownVerdict, shown_verdict
from forbear_server.console.wording import (
    CHANNELS,
    Words,
    word,
)
from forbear_server.console.worklists import ShownGround, shown_ground
from forbear_server.selectors.addresses import KIND_OF
from forbear_server.selectors.borrower_pages import HoldLine, PreferenceLine
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
# From when on a wait is told in hours, and below which in seconds.
IN_HOURS = 120
IN_SECONDS = 300
REVEAL_REASONS: Words = {
    "checked_with_borrower": gettext_lazy("与本人核对号码"),
    "wrong_number": gettext_lazy("核查错号或停机"),
    "correction": gettext_lazy("本人要求更正信息"),
    "complaint": gettext_lazy("处理投诉或异议"),
    "regulator": gettext_lazy("监管或司法要求"),
}
REVEAL_REFUSALS: Words = {
    "reason_missing": gettext_lazy("请选择原因：查看完整号码要说明用途，并会记录。"),
    "not_yours": gettext_lazy("没有找到，或您无权查看。"),
    "no_number": gettext_lazy("没有这位借款人的手机号。"),
}
NOTE_REFUSALS: Words = {
    "role": gettext_lazy("只有处理这位借款人的人可以写备注。"),
    "key_reused": gettext_lazy("这张表单已经提交过别的内容，请重新打开。"),
    "length": gettext_lazy("备注要有 1 到 500 个字。"),
    "not_fit": gettext_lazy("备注含有侮辱的词或他人的信息，没有保存。请只写发生了什么。"),
}
# How long a hold lasts that ends with an event, not on a day.
_HOLD_UNTIL: Words = {
    "complaint": gettext_lazy("答复后三天"),
    "dispute": gettext_lazy("作出结论"),
    "hardship": gettext_lazy("作出决定"),
    "arrangement": gettext_lazy("安排完成或中断"),
    "representative": gettext_lazy("撤回委托"),
    "deceased": gettext_lazy("合规决定"),
    "incapacity": gettext_lazy("合规决定"),
    "minor": gettext_lazy("合规决定"),
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
class ShownChannel:
    code: str
    word: str
    verdict: ShownVerdict
    grounds: list[ShownGround]
    next_at: datetime | None
    wait: str
    # The law allows it, and there is no address of the borrower's own to send to.
    lacks_address: bool


def shown_hold(line: HoldLine, *, hides_kind: bool = False) -> ShownHold:
    """A hold in words; while another may be on the line, only that contact is held back."""
    if hides_kind:
        until = moment(line.until) if line.until else _("解除")
        return ShownHold(line, _("暂停联系"), "", word(SOURCES, line.source), until)
    return ShownHold(
        line,
        word(HOLDS, line.kind),
        word(HOLD_LEAVES, line.kind),
        word(SOURCES, line.source),
        moment(line.until) if line.until else str(_HOLD_UNTIL.get(line.kind, _("解除"))),
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


def shown_channels(
    found: Mapping[Channel, Permission], address_kinds: Collection[str], now: datetime
) -> list[ShownChannel]:
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
            wait=waiting_time(found[channel].next_permitted_at, now),
            lacks_address=channel in KIND_OF and KIND_OF[channel] not in address_kinds,
        )
        for channel in PANEL
        if channel in found
    ]


def waiting_time(until: datetime | None, now: datetime) -> str:
    """How long until a moment: minutes, the last five in seconds; contact.js counts it down."""
    if until is None:
        return ""
    left = max(int((until - now).total_seconds()), 0)
    if left < IN_SECONDS:
        return _("%(n)s 秒后") % {"n": left}
    minutes = -(-left // 60)
    if minutes < IN_HOURS:
        return _("%(n)s 分钟后") % {"n": minutes}
    return _("%(h)s 小时 %(m)s 分钟后") % {"h": minutes // 60, "m": minutes % 60}


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
