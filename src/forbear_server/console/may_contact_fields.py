"""The fields of the page 能否联系: one for everything a rule may know, the usual ones first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forbear.compliance.fact_kinds import Kind, vocabulary
from forbear.contact.channels import LenderKind
from forbear.contact.facts import ContactFacts
from forbear_server.console.may_contact_form import KINDS, NO_BODY, OF_THE_CLOCK, is_clock
from forbear_server.console.problems import Problem
from forbear_server.console.rule_wording import (
    JURISDICTIONS,
    LENDER_KINDS,
    MEMBERSHIPS,
    PRODUCTS,
    fact_label,
    fact_words,
)
from forbear_server.console.wording import CHANNELS, Words, word
from forbear_server.selectors.rule_catalogue import (
    contact_jurisdictions,
    contact_memberships,
    contact_products,
)

Choices = list[tuple[str, str]]
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
    choices: Choices
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
class _Maker:
    """Makes fields that hold what was typed and say their fault."""

    typed: Mapping[str, str]
    faults: Mapping[str, str]

    def choice(self, name: str, label: str, choices: Choices, usual: str = "") -> Field:
        """A list; a value it does not have is kept as one more choice."""
        value = self.typed.get(name, "") or usual
        if value not in {code for code, _label in choices}:
            choices = [*choices, (value, value)]
        return Field(name, label, "choice", value, choices, 0, 0, self.faults.get(name, ""))

    def typed_in(self, name: str, label: str, kind: str, lo: int = 0, hi: int = 0) -> Field:
        value, fault = self.typed.get(name, ""), self.faults.get(name, "")
        return Field(name, label, kind, value, [], lo, hi, fault)

    def fact(self, kind: Kind) -> Field:
        """The field of a fact, by its kind."""
        label = word(MAIN_FACTS, kind.name) if kind.name in MAIN_FACTS else fact_label(kind)
        if kind.kind == "word":
            usual = _USUAL_WORDS.get(kind.name, "")
            return self.choice(kind.name, label, fact_words(kind), usual)
        if kind.kind == "bool":
            unsaid = _("未知") if kind.is_optional else _("否")
            answers = [("", unsaid), ("yes", _("是"))]
            if kind.is_optional or self.typed.get(kind.name) == "no":
                answers.append(("no", _("否")))
            return self.choice(kind.name, label, answers)
        if is_clock(kind):
            return self.typed_in(kind.name, label, "time")
        return self.typed_in(kind.name, label, "number", kind.lo, kind.hi)


def form_fields(typed: Mapping[str, str], problems: Iterable[Problem]) -> Fields:
    """Every field with what was typed and its fault."""
    make = _Maker(typed, {problem.field: problem.text for problem in problems})
    others = [
        kind
        for name, kind in KINDS.items()
        if name not in OF_THE_CLOCK and name not in MAIN_FACTS and name != "channel"
    ]
    more = [
        make.choice("members", _("自律组织"), _memberships()),
        make.choice("agency", _("由外包机构执行"), [("", _("否")), ("yes", _("是"))]),
        make.choice("zone", _("借款人所在时区"), [("", _("已知")), ("unknown", _("未知"))]),
        *(make.fact(kind) for kind in others),
    ]
    return Fields(
        who=[
            make.choice("jurisdiction", _("法域"), _labels(JURISDICTIONS, contact_jurisdictions())),
            make.choice("kind", _("机构类型"), _labels(LENDER_KINDS, LenderKind)),
            make.choice("product", _("产品"), _products()),
            make.typed_in("borrower", _("借款人编号（留空为假设的人）"), "text"),
        ],
        when=[
            make.typed_in("on", _("日期"), "date"),
            make.typed_in("time", _("时间（当地）"), "time"),
            make.choice("channel", _("渠道与方式"), _channels()),
        ],
        facts=[make.fact(KINDS[name]) for name in MAIN_FACTS],
        more=more,
        is_more_used=any(one.problem or _is_used(one) for one in more),
    )


def _products() -> Choices:
    return [("", _("未知（按全部产品）")), *_labels(PRODUCTS, contact_products())]


def _is_used(field: Field) -> bool:
    return field.value not in ("", _USUAL_WORDS.get(field.name, ""))


def _labels(words: Words, codes: Iterable[str]) -> Choices:
    return [(str(code), word(words, code)) for code in codes]


def _memberships() -> Choices:
    return [
        ("", _("按机构类型的通常情况")),
        *_labels(MEMBERSHIPS, contact_memberships()),
        ("all", _("全部")),
        (NO_BODY, _("都不是会员")),
    ]


def _channels() -> Choices:
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
