"""The page 能否联系 in words: its fields, the verdict, every rule, the strips of hours and days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forbear.compliance.verdicts import Ruling
from forbear.contact.permission import Permission
from forbear.contact.standings import ASKED, RuleStanding, Standing
from forbear.contact.supposing import SupposedDay
from forbear_server.console.rule_display import ShownSource, shown_source
from forbear_server.console.rule_wording import (
    RULINGS,
    STANDING_KINDS,
    STANDINGS,
    in_language,
)
from forbear_server.console.wording import VERDICT_REASONS, word

MIXED = "mixed"
_KINDS_OF_RULING: Mapping[str, str] = {
    "allowed": "ok",
    "refused": "harm",
    "needs_review": "care",
    MIXED: "note",
}
_SIGNS: Mapping[str, str] = {"allowed": "✓", "refused": "✕", "needs_review": "?", MIXED: "◐"}


@dataclass(frozen=True, slots=True)
class ShownVerdict:
    code: str
    word: str
    kind: str
    sentence: str
    next_at: str


@dataclass(frozen=True, slots=True)
class ShownStanding:
    source: ShownSource
    sentence: str
    word: str
    kind: str
    is_asked: bool
    is_hit: bool
    reason: str
    exception: str
    steps: list[str]
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class ShownHour:
    hour: int
    code: str
    kind: str
    sign: str
    word: str


@dataclass(frozen=True, slots=True)
class ShownDay:
    day: date
    weekday: str
    code: str
    kind: str
    sign: str
    word: str
    windows: list[tuple[int, int]]


def shown_verdict(answer: Permission, place: ZoneInfo | None) -> ShownVerdict:
    """The answer in one word and one sentence."""
    ruling, following = answer.judgement.ruling, answer.next_permitted_at
    codes = {Ruling.ALLOWED: "allowed", Ruling.NEEDS_REVIEW: "needs_review"}
    code = codes.get(ruling, "never" if following is None else "not_now")
    said = {
        "allowed": (_("可以"), "ok", _("没有生效的规则禁止这次联系。")),
        "needs_review": (_("需复核"), "care", _("缺少事实或需要判断，由人复核后才能联系。")),
        "not_now": (_("暂不可以"), "care", _("现在有规则禁止；到下面的时间再问一次，规则允许。")),
        "never": (_("不可以"), "harm", _("有规则禁止，没有能够证明可以的时间；等待没有帮助。")),
    }[code]
    return ShownVerdict(
        code=code,
        word=said[0],
        kind=said[1],
        sentence=said[2],
        next_at="" if following is None else _moment(following, place),
    )


def shown_standings(found: Iterable[RuleStanding], on: date) -> list[ShownStanding]:
    """Every rule in the order of the books."""
    shown = []
    for one in found:
        told, reach = one.explanation, one.rule.reach
        reason = told.verdict.reason if told is not None else None
        held = one.rule.exceptions.get((told and told.verdict.exception) or "")
        shown.append(
            ShownStanding(
                source=shown_source(one.rule),
                sentence=in_language(one.rule.collector_sentence),
                word=word(STANDINGS, one.standing),
                kind=STANDING_KINDS.get(one.standing, "quiet"),
                is_asked=one.standing in ASKED,
                is_hit=one.standing in {Standing.REFUSES, Standing.NEEDS_REVIEW},
                reason=word(VERDICT_REASONS, reason) if reason else "",
                exception=in_language(held.words) if held else "",
                steps=[in_language(step.words) for step in told.steps] if told else [],
                since=reach.from_on if one.standing is Standing.NOT_YET else None,
                until=reach.until_on if one.standing is Standing.NO_LONGER else None,
            )
        )
    return shown


def shown_hours(day: SupposedDay) -> list[ShownHour]:
    """24 hours; one whose minutes differ is mixed."""
    hours = []
    for hour in range(24):
        rulings = {
            w.ruling.value
            for w in day.windows
            if w.from_minute < (hour + 1) * 60 and w.until_minute > hour * 60
        }
        code = rulings.pop() if len(rulings) == 1 else MIXED
        hours.append(
            ShownHour(hour, code, _KINDS_OF_RULING[code], _SIGNS[code], word(RULINGS, code))
        )
    return hours


def shown_day(day: SupposedDay) -> ShownDay:
    """A day with the times at which it is permitted."""
    rulings = {w.ruling.value for w in day.windows}
    code = rulings.pop() if len(rulings) == 1 else MIXED
    if code == MIXED and Ruling.ALLOWED.value not in {w.ruling.value for w in day.windows}:
        code = Ruling.NEEDS_REVIEW.value
    return ShownDay(
        day=day.day,
        weekday=str(_WEEKDAYS[day.day.weekday()]),
        code=code,
        kind=_KINDS_OF_RULING[code],
        sign=_SIGNS[code],
        word=word(RULINGS, code),
        windows=[
            (w.from_minute, w.until_minute) for w in day.windows if w.ruling is Ruling.ALLOWED
        ],
    )


def _moment(at: datetime, place: ZoneInfo | None) -> str:
    return f"{at.astimezone(place or UTC):%Y-%m-%d %H:%M}"


_WEEKDAYS = (
    gettext_lazy("周一"),
    gettext_lazy("周二"),
    gettext_lazy("周三"),
    gettext_lazy("周四"),
    gettext_lazy("周五"),
    gettext_lazy("周六"),
    gettext_lazy("周日"),
)
