"""The timeline of C07 in words: what happened, who did it, what came of it, and its proof."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from forbear.contact.wording.intents import intent_rules
from forbear_server.console.contact_wording import (
    DISPOSITIONS,
    HOLDS,
    INTENTS,
    MESSAGE_KINDS,
    MESSAGE_REASONS,
    MESSAGE_STATES,
    PREFERENCES,
    SOURCES,
)
from forbear_server.console.rule_wording import in_language
from forbear_server.console.score_wording import CAUSES, WARNING_STATES
from forbear_server.console.wording import (
    ACTIONS,
    CHANNELS,
    OUTCOMES,
    PAYMENT_KINDS,
    REASONS,
    Words,
    word,
)
from forbear_server.console.worklists import ShownGround, shown_ground
from forbear_server.selectors.contact_timelines import TimelineItem
from forbear_server.selectors.rules import ground_of

GROUPS = (
    *("", "contact", "money", "promise", "arrangement", "grievance", "decision"),
    *("wishes", "note"),
)
_KINDS: Words = {
    "attempt": gettext_lazy("联系记录"),
    "report": gettext_lazy("外部系统报告的联系"),
    "payment": gettext_lazy("付款"),
    "message": gettext_lazy("发出消息"),
    "inbound": gettext_lazy("收到回复"),
    "refused": gettext_lazy("未联系"),
    "call": gettext_lazy("通话"),
    "stated": gettext_lazy("本人意愿"),
    "hold": gettext_lazy("暂停联系"),
    "note": gettext_lazy("内部备注"),
    "told": gettext_lazy("机构告知"),
    "plan": gettext_lazy("当日计划"),
    "score": gettext_lazy("评分"),
    "warning": gettext_lazy("预警"),
}
_ICONS = {
    "attempt": "history",
    "report": "history",
    "payment": "cash",
    "message": "send",
    "inbound": "message",
    "refused": "ban",
    "call": "phone",
    "stated": "user-check",
    "hold": "hand-stop",
    "note": "file-text",
    "told": "info-circle",
    "plan": "calendar",
    "score": "chart-bar",
    "warning": "alert-triangle",
}
TOLD: Words = {
    "payment": gettext_lazy("收到还款"),
    "failed_debit": gettext_lazy("扣款失败"),
    "promise_kept": gettext_lazy("承诺已兑现"),
    "promise_missed": gettext_lazy("承诺未兑现"),
    "complaint": gettext_lazy("收到投诉"),
    "dispute": gettext_lazy("收到异议"),
    "dispute_decided": gettext_lazy("异议已有结论"),
    "hardship": gettext_lazy("困难申请"),
    "hardship_approved": gettext_lazy("困难申请已批准"),
    "relief_ended": gettext_lazy("帮扶到期"),
}
_HOLD = "hold_"
_STOPPED: Words = {
    **MESSAGE_REASONS,
    "wrong_number": gettext_lazy("空号或错号"),
    "answered_by_another": gettext_lazy("非本人接听"),
    "opt_in_withdrawn": gettext_lazy("本人撤回了同意"),
}
_VERDICTS: dict[str, tuple[str, object]] = {
    "allowed": ("ok", gettext_lazy("可以")),
    "refused": ("care", gettext_lazy("暂不可以")),
    "needs_review": ("care", gettext_lazy("需复核")),
    "unasked": ("care", gettext_lazy("事先没有取得许可")),
}
_WHO: Words = {**SOURCES, "in_house": gettext_lazy("本机构")}
# Money, texts that may speak of it, and what was decided because of it: hidden in a call until the
# borrower is known to be on the line.
_SPEAK_OF_DEBT = frozenset(
    {"payment", "message", "inbound", "note", "told", "plan", "score", "warning"}
)
# Of these only what came of it speaks of a debt: that there was a call, and when, does not.
_COME_TO_DEBT = frozenset({"call", "hold"})
# Filters that say of whatever stands under them what came of it.
_SAY_WHAT_CAME = frozenset({"promise", "arrangement", "grievance"})


@dataclass(frozen=True, slots=True)
class ShownItem:
    item: TimelineItem
    icon: str
    kind: str
    channel: str
    outcome: str
    outcome_kind: str
    verdict: str
    verdict_kind: str
    rules: list[ShownGround]
    intents: list[str]
    next_step: str
    who: str
    is_open: bool


def group_words() -> list[tuple[str, str]]:
    """The filters of the timeline in their order, the first shows everything."""
    words = {
        "": _("全部"),
        "contact": _("联系"),
        "money": _("付款"),
        "promise": pgettext("timeline", "承诺"),
        "arrangement": _("安排"),
        "grievance": _("投诉异议"),
        "decision": _("系统决定"),
        "wishes": _("本人意愿与暂停"),
        "note": _("内部备注"),
    }
    return [(code, words[code]) for code in GROUPS]


def shown_items(
    items: Iterable[TimelineItem], *, hides_money: bool, group: str = ""
) -> list[ShownItem]:
    """Items with their words; what may speak of a debt is left out during a call.

    Of calls and holds time and channel stay; a promise or a dispute is not named, nor told by the
    filter it stands under.
    """
    if not hides_money:
        return [_shown(item) for item in items]
    if group in _SAY_WHAT_CAME:
        return []
    return [_shown(_unsaid(item)) for item in items if item.kind not in _SPEAK_OF_DEBT]


def _unsaid(item: TimelineItem) -> TimelineItem:
    return replace(item, outcome="") if item.kind in _COME_TO_DEBT else item


def _shown(item: TimelineItem) -> ShownItem:
    outcome, kind = _outcome(item)
    verdict_kind, verdict = _VERDICTS.get(item.verdict, ("quiet", ""))
    steps = {rule.next_step: rule.says for rule in intent_rules()}
    return ShownItem(
        item=item,
        icon=_ICONS[item.kind],
        kind=word(_KINDS, item.kind),
        channel=word(CHANNELS, item.channel) if item.channel else "",
        outcome=outcome,
        outcome_kind=kind,
        verdict=str(verdict),
        verdict_kind=verdict_kind,
        rules=[shown_ground(ground_of(rule_id, "")) for rule_id in item.rule_ids],
        intents=[word(INTENTS, code) for code in item.intents],
        next_step=in_language(steps[item.next_step]) if item.next_step in steps else "",
        who=_who(item),
        # A reply nobody has dealt with stands open.
        is_open=item.inbound_id is not None and not item.is_handled,
    )


def _who(item: TimelineItem) -> str:
    """A person by name, a source by its word; a voice that is no person's says so."""
    if item.is_machine:
        return _("智能语音")
    return word(_WHO, item.who) if item.kind in {"attempt", "stated", "hold"} else item.who


def _cause(item: TimelineItem) -> str:
    """Why a message stopped, where no rule says it."""
    if item.rule_ids or not item.detail:
        return ""
    held = item.detail.removeprefix(_HOLD)
    return word(HOLDS, held) if held != item.detail else word(_STOPPED, item.detail)


def _outcome(item: TimelineItem) -> tuple[str, str]:
    if item.kind == "message":
        # To whoever waits for it, a message a sender has taken up is still queued.
        state = "queued" if item.outcome == "claimed" else item.outcome
        said = word(MESSAGE_STATES, state)
        why = _cause(item)
        return (f"{said} · {why}" if why else said), MESSAGE_KINDS.get(item.outcome, "quiet")
    if item.kind == "inbound":
        return (str(_("已退订，立即生效")), "help") if item.outcome else ("", "quiet")
    if item.kind == "plan":
        why = word(REASONS, item.detail) if item.detail else ""
        return " · ".join(filter(None, (word(ACTIONS, item.outcome), why))), "quiet"
    if item.kind == "score":
        return f"{item.detail} · {word(CAUSES, item.outcome)}", "quiet"
    if item.kind == "warning":
        return f"{word(CAUSES, item.detail)} · {word(WARNING_STATES, item.outcome)}", "care"
    words: dict[str, Words] = {
        "attempt": OUTCOMES,
        "report": OUTCOMES,
        "payment": PAYMENT_KINDS,
        "call": DISPOSITIONS,
        "stated": PREFERENCES,
        "hold": HOLDS,
        "told": TOLD,
    }
    if item.kind not in words or not item.outcome:
        return "", "quiet"
    return word(words[item.kind], item.outcome), "help" if item.kind == "hold" else "quiet"
