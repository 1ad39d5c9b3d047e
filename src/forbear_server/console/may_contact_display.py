"""The page 能否联系 in words: its fields, the verdict, every rule, the strips of hours and days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forbear.compliance.fact_kinds import Kind, vocabulary
from forbear.compliance.verdicts import Ruling
from forbear.contact.channels import LenderKind
from forbear.contact.facts import ContactFacts
from forbear.contact.permission import Permission
from forbear.contact.standings import ASKED, RuleStanding, Standing
from forbear.contact.supposing import SupposedDay
from forbear_server.console.may_contact_form import KINDS, NO_BODY, OF_THE_CLOCK, is_clock
from forbear_server.console.problems import Problem
from forbear_server.console.rule_display import ShownSource, shown_source
from forbear_server.console.rule_wording import (
    JURISDICTIONS,
    LENDER_KINDS,
    MEMBERSHIPS,
    PRODUCTS,
    RULINGS,
    STANDING_KINDS,
    STANDINGS,
    fact_label,
    fact_words,
    in_language,
)
from forbear_server.console.wording import CHANNELS, VERDICT_REASONS, Words, word
from forbear_server.selectors.rule_catalogue import (
    contact_jurisdictions,
    contact_memberships,
    contact_products,
)

MIXED = "mixed"
_KINDS_OF_RULING: Mapping[str, str] = {
    "allowed": "ok",
    "refused": "harm",
    "needs_review": "care",
    MIXED: "note",
}
_SIGNS: Mapping[str, str] = {"allowed": "✓", "refused": "✕", "needs_review": "?", MIXED: "◐"}
_USUAL_WORDS = {
    name: str(held) for name, held in vocabulary(ContactFacts).defaults.items() if KINDS[name].words
}
# Shown first, in this order; every other fact stands behind 更多事实.
MAIN_FACTS: Words = {
    "connected_interactive_calls_today": gettext_lazy("今日已接通（人工）"),
    "connected_notice_calls_today": gettext_lazy("今日已接通（智能语音）"),
    "unanswered_attempts_today_same_number": gettext_lazy("今日未接（同一号码）"),
    "agreed_from_minute": gettext_lazy("约定时段从"),
    "agreed_until_minute": gettext_lazy("约定时段到"),
    "has_night_consent": gettext_lazy("同意夜间联系"),
    "is_on_hold": gettext_lazy("暂停联系中"),
    "is_contact_stopped": gettext_lazy("书面要求停止联系"),
    "is_channel_opted_out": gettext_lazy("已退订该渠道"),
    "is_number_invalid": gettext_lazy("号码已失效"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `choices` make it a list, `kind` is the type of an input otherwise."""

    name: str
    label: str
    kind: str
    value: str
    choices: list[tuple[str, str]]
    lo: int
    hi: int
    problem: str


@dataclass(frozen=True, slots=True)
class Fields:
    who: list[Field]
    when: list[Field]
    facts: list[Field]
    more: list[Field]
    is_more_used: bool


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


def form_fields(typed: Mapping[str, str], problems: Iterable[Problem]) -> Fields:
    """Every field with what was typed and its fault."""
    faults = {problem.field: problem.text for problem in problems}

    def choice(name: str, label: str, choices: list[tuple[str, str]], usual: str = "") -> Field:
        value = typed.get(name, "") or usual
        if value not in {code for code, _label in choices}:
            choices = [*choices, (value, value)]
        return Field(name, label, "choice", value, choices, 0, 0, faults.get(name, ""))

    def typed_in(name: str, label: str, kind: str) -> Field:
        return Field(name, label, kind, typed.get(name, ""), [], 0, 0, faults.get(name, ""))

    def fact(kind: Kind) -> Field:
        label = word(MAIN_FACTS, kind.name) if kind.name in MAIN_FACTS else fact_label(kind)
        if kind.kind == "word":
            return choice(kind.name, label, fact_words(kind), _USUAL_WORDS.get(kind.name, ""))
        if kind.kind == "bool":
            unsaid = _("未知") if kind.is_optional else _("否")
            answers = [("", unsaid), ("yes", _("是"))]
            if kind.is_optional or typed.get(kind.name) == "no":
                answers.append(("no", _("否")))
            return choice(kind.name, label, answers)
        if is_clock(kind):
            return typed_in(kind.name, label, "time")
        held = typed.get(kind.name, "")
        return Field(
            kind.name, label, "number", held, [], kind.lo, kind.hi, faults.get(kind.name, "")
        )

    others = [
        kind
        for name, kind in KINDS.items()
        if name not in OF_THE_CLOCK and name not in MAIN_FACTS and name != "channel"
    ]
    more = [
        choice("members", _("自律组织"), _memberships()),
        choice("agency", _("由外包机构执行"), [("", _("否")), ("yes", _("是"))]),
        choice("zone", _("借款人所在时区"), [("", _("已知")), ("unknown", _("未知"))]),
        *(fact(kind) for kind in others),
    ]
    return Fields(
        who=[
            choice("jurisdiction", _("法域"), _labels(JURISDICTIONS, contact_jurisdictions())),
            choice("kind", _("机构类型"), _labels(LENDER_KINDS, list(LenderKind))),
            choice(
                "product",
                _("产品"),
                [("", _("未知（按全部产品）")), *_labels(PRODUCTS, contact_products())],
            ),
            typed_in("borrower", _("借款人编号（留空为假设的人）"), "text"),
        ],
        when=[
            typed_in("on", _("日期"), "date"),
            typed_in("time", _("时间（当地）"), "time"),
            choice("channel", _("渠道与方式"), _channels()),
        ],
        facts=[fact(KINDS[name]) for name in MAIN_FACTS],
        more=more,
        is_more_used=any(one.problem or _is_used(one) for one in more),
    )


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


def _is_used(field: Field) -> bool:
    return field.value not in ("", _USUAL_WORDS.get(field.name, ""))


def _labels(words: Words, codes: Iterable[str]) -> list[tuple[str, str]]:
    return [(str(code), word(words, code)) for code in codes]


def _memberships() -> list[tuple[str, str]]:
    return [
        ("", _("按机构类型的通常情况")),
        *_labels(MEMBERSHIPS, contact_memberships()),
        ("all", _("全部")),
        (NO_BODY, _("都不是会员")),
    ]


def _channels() -> list[tuple[str, str]]:
    ways = {"voice_interactive": _("交互式"), "voice_notice_ai": _("告知式")}
    return [
        (
            code,
            _("%(channel)s（%(way)s）") % {"channel": word(CHANNELS, code), "way": ways[code]}
            if code in ways
            else word(CHANNELS, code),
        )
        for code in CHANNELS
    ]


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
