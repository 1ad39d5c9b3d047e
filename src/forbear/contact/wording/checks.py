"""The checks of a template before a second person reads it (screen C12).

表明机构 · 无威胁 · 无第三人 · 事实可核 · 有求助方式 · 有退订方式 · 条数 · 阅读难度; an AI script also
says in its first sentence what it is and nothing of a debt or a person, a statutory notice names its article. A template is checked
as three sample borrowers would receive it: a usual one, a long name, a large amount.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from forbear.compliance.citations import Bilingual
from forbear.contact.channels import VOICE, Channel
from forbear.contact.wording.amounts import named_amounts
from forbear.contact.wording.debt_words import first_not_open_to_all
from forbear.contact.wording.errors import TemplateNotSubmittable
from forbear.contact.wording.facts import Case, Language
from forbear.contact.wording.help_words import is_help_offered, is_lender_named
from forbear.contact.wording.lengths import sms_parts
from forbear.contact.wording.normalising import normalised
from forbear.contact.wording.readability import long_stretches
from forbear.contact.wording.rules import Kind
from forbear.contact.wording.screening import Finding, screen
from forbear.contact.wording.templates import FilledText, MessageTemplate, Tone, filled
from forbear.contact.wording.variables import Value, Variable
from forbear.primitives.money import Currency, Money

MOST_PARTS = 3
_THIRD_PERSON = frozenset({Kind.THIRD_PARTY, Kind.DISCLOSURE, Kind.PERSONAL_DATA})
_NOT_THREATS = _THIRD_PERSON | {
    Kind.NO_LENDER,
    Kind.NO_HELP,
    Kind.HARD_TO_READ,
    Kind.WRONG_AMOUNT,
    Kind.WRONG_FACT,
}
_OPT_OUT = {
    "message": re.compile(
        r"退订|拒收|回复 ?(?:td|t|r)|暂停联系|改时段|联系偏好|不想(?:再)?收到|不再接收|\bstop\b|unsubscribe"
        r"|opt[ -]?out|change (?:how|when|the hours)|pause contact|preferences"
    ),
    "voice": re.compile(
        r"转人工|不想(?:再)?接到|不再接到|改时段|暂停联系|联系偏好|随时(?:可以)?(?:结束|挂断)|say human"
        r"|\bstop\b|hang up|call you another time|change (?:how|when|the hours)|speak to a person"
    ),
    "letter": re.compile(
        r"改(?:变|用)?(?:联系)?(?:方式|时段|地址)|不希望(?:再)?收到|不想(?:再)?收到|暂停联系|联系偏好|退订"
        r"|\bstop\b|change (?:how|when|your address|the hours)|pause contact|preferences|opt[ -]?out"
    ),
}
_AI_SAYS_SO = re.compile(
    r"我是[^。!?]{0,24}智能语音助手|\bi am (?:an automated voice assistant|the automated voice assistant)"
)
_FIRST_SENTENCE = re.compile(r"[^。!?.\n]{1,200}")
_ARTICLE = re.compile(
    r"第 ?[零一二三四五六七八九十百千0-9]{1,8} ?条|\b(?:article|section|§) ?\d", re.I
)
_TYPED_TAIL = re.compile(r"(?:尾号|ending(?: in)?) ?\d{3,6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateCheck:
    """One check; `start` and `end` bound the place in the template (empty: the whole text)."""

    code: str
    passed: bool
    is_required: bool
    says: Bilingual
    start: int = 0
    end: int = 0


def sample_values(language: Language, /) -> tuple[Mapping[Variable, Value], ...]:
    """Three sample borrowers: a usual one, a long name, a large amount. None of them exists."""
    usual: dict[Variable, Value] = {
        Variable.SURNAME: "林" if language is Language.ZH else "Lin",
        Variable.LENDER: "青禾消费金融" if language is Language.ZH else "Qinghe Consumer Finance",
        Variable.LOAN_TAIL: "0042",
        Variable.AMOUNT_DUE: Money(209_440, Currency.CNY),
        Variable.DUE_DAY: date(2026, 11, 20),
        Variable.PORTAL_LINK: "https://portal.example/x",
        Variable.SERVICE_PHONE: "400-800-1234",
        Variable.FREE: "",
    }
    long_name = "买买提艾力" if language is Language.ZH else "Wolfeschlegelsteinhausen"
    return (
        usual,
        usual | {Variable.SURNAME: long_name},
        usual | {Variable.AMOUNT_DUE: Money(123_456_789_00, Currency.CNY)},
    )


def checked(
    template: MessageTemplate, *, lender_names: Iterable[str] = ()
) -> tuple[TemplateCheck, ...]:
    """Every check of a template, in the order of the screen."""
    samples = sample_values(template.language)
    names = (*lender_names, str(samples[0][Variable.LENDER]))
    texts = [filled(template, one) for one in samples]
    findings = _findings(template, texts[0], samples[0], names)
    plain = normalised(texts[0].text).plain
    made = [
        _lender_named(template, plain, lender_names),
        _without(
            "no_threat",
            texts[0],
            [one for one in findings if one.kind not in _NOT_THREATS],
            Bilingual(
                zh="无威胁、侮辱、虚假后果或催逼",
                en="no threat, insult, false consequence or hurry",
            ),
        ),
        _without(
            "no_third_person",
            texts[0],
            [one for one in findings if one.kind in _THIRD_PERSON],
            Bilingual(zh="无第三人", en="no third person"),
        ),
        _facts_checkable(template),
        _help_shown(plain),
        _opt_out_shown(template, plain),
        _parts(template, texts),
        _readable(template, texts[0]),
    ]
    if template.channel is Channel.VOICE_NOTICE_AI:
        made += [_ai_says_so(plain), _open_to_all(template)]
    if template.tone is Tone.NOTICE:
        made.append(_article_named(template))
    return tuple(made)


def _help_shown(plain: str) -> TemplateCheck:
    return _said(
        "help_shown",
        is_help_offered(plain),
        Bilingual(zh="有求助方式", en="shows a way to get help"),
        Bilingual(
            zh="缺求助方式：加上客服电话或门户链接", en="No way to get help: add phone or portal"
        ),
    )


def _opt_out_shown(template: MessageTemplate, plain: str) -> TemplateCheck:
    return _said(
        "opt_out_shown",
        _OPT_OUT[_medium(template.channel)].search(plain) is not None,
        Bilingual(zh="有退订或更改联系的方式", en="shows how to stop or change contact"),
        Bilingual(zh="缺退订方式，如：回复 TD 退订", en="No way to stop, such as: reply STOP"),
    )


def _ai_says_so(plain: str) -> TemplateCheck:
    first = _FIRST_SENTENCE.search(plain)
    return _said(
        "ai_says_so",
        first is not None and _AI_SAYS_SO.search(first.group()) is not None,
        Bilingual(zh="第一句说明是智能语音助手", en="the first sentence says it is automated"),
        Bilingual(
            zh="第一句须说“我是智能语音助手”",
            en='The first sentence must say "I am an automated voice assistant"',
        ),
    )


def _open_to_all(template: MessageTemplate) -> TemplateCheck:
    """Whoever picks up hears an AI voice before anybody is verified."""
    found = first_not_open_to_all(template)
    start, end = found or (0, 0)
    words = template.text[start:end]
    says = Bilingual(zh="不含个人与债务内容", en="says nothing of the person or of a debt")
    if found is not None:
        says = Bilingual(
            zh=f"“{words}”：接听的可能是他人，不能含个人与债务内容",
            en=f'"{words}": another person may answer; say nothing of the person or of a debt',
        )
    return TemplateCheck(
        code="open_to_all",
        passed=found is None,
        is_required=True,
        says=says,
        start=start,
        end=end,
    )


def _article_named(template: MessageTemplate) -> TemplateCheck:
    return _said(
        "article_named",
        _ARTICLE.search(template.text) is not None,
        Bilingual(zh="写明法条", en="names its article"),
        Bilingual(zh="法定告知须写明法条", en="A statutory notice names its article"),
    )


def require_submittable(template: MessageTemplate, *, lender_names: Iterable[str] = ()) -> None:
    """Raise `TemplateNotSubmittable` naming every required check that fails."""
    failing = [
        one
        for one in checked(template, lender_names=lender_names)
        if one.is_required and not one.passed
    ]
    if failing:
        told = "; ".join(f"{one.code}: {one.says.en}" for one in failing)
        raise TemplateNotSubmittable(
            f"Template {template.name}/{template.version} cannot be submitted. {told}."
        )


def _findings(
    template: MessageTemplate,
    text: FilledText,
    values: Mapping[Variable, Value],
    names: tuple[str, ...],
) -> tuple[Finding, ...]:
    amount = values[Variable.AMOUNT_DUE]
    about = Case(
        amounts_minor=frozenset({amount.amount_minor} if isinstance(amount, Money) else ()),
        lender_names=names,
        is_litigation_decided=template.tone is Tone.NOTICE,
    )
    told = screen(text.text, about=about, language=template.language).findings
    if template.subject:
        told += tuple(
            one
            for one in screen(text.subject, about=about, language=template.language).findings
            if one.kind not in _NOT_THREATS or one.kind in _THIRD_PERSON
        )
    return told


def _said(
    code: str, passed: bool, good: Bilingual, bad: Bilingual, *, is_required: bool = True
) -> TemplateCheck:
    return TemplateCheck(
        code=code, passed=passed, is_required=is_required, says=good if passed else bad
    )


def _lender_named(
    template: MessageTemplate, plain: str, lender_names: Iterable[str]
) -> TemplateCheck:
    is_named = any(one.variable is Variable.LENDER for one in template.places)
    return _said(
        "lender_named",
        is_named or is_lender_named(plain, lender_names),
        Bilingual(zh="表明机构", en="names the lender"),
        Bilingual(zh="没有表明机构：加上{机构}", en="The lender is not named: add {lender}"),
    )


def _without(
    code: str, text: FilledText, findings: list[Finding], good: Bilingual
) -> TemplateCheck:
    if not findings:
        return TemplateCheck(code=code, passed=True, is_required=True, says=good)
    first = findings[0]
    start, end = text.template_span(first.start, first.end)
    return TemplateCheck(
        code=code,
        passed=False,
        is_required=True,
        says=Bilingual(
            zh=f"“{first.words}”：{first.why.zh}", en=f'"{first.words}": {first.why.en}'
        ),
        start=start,
        end=end,
    )


def _facts_checkable(template: MessageTemplate) -> TemplateCheck:
    """Amounts and loan tails come from variables, and an amount names its loan or where to see it."""
    plain = normalised(template.text)
    typed = [(one.start, one.end) for one in named_amounts(plain.plain, Currency.CNY)]
    typed += [one.span() for one in _TYPED_TAIL.finditer(plain.plain)]
    if typed:
        start, end = plain.written_span(*typed[0])
        return TemplateCheck(
            code="facts_checkable",
            passed=False,
            is_required=True,
            says=Bilingual(zh="金额和尾号须用变量", en="Amounts and loan tails must be variables"),
            start=start,
            end=end,
        )
    asked = template.variables
    has_source = bool(asked & {Variable.LOAN_TAIL, Variable.PORTAL_LINK})
    return _said(
        "facts_checkable",
        Variable.AMOUNT_DUE not in asked or has_source,
        Bilingual(zh="事实可核", en="facts can be checked"),
        Bilingual(
            zh="写金额时须有借据尾号或门户链接",
            en="An amount needs its loan tail or the portal link",
        ),
    )


def _medium(channel: Channel) -> str:
    if channel in VOICE:
        return "voice"
    return "letter" if channel in {Channel.LETTER, Channel.VISIT} else "message"


def _parts(template: MessageTemplate, texts: list[FilledText]) -> TemplateCheck:
    if template.channel is not Channel.SMS:
        longest = max(len(one.text) for one in texts)
        return TemplateCheck(
            code="parts",
            passed=True,
            is_required=False,
            says=Bilingual(zh=f"{longest} 字", en=f"{longest} characters"),
        )
    free = sum(one.free_limit for one in template.places if one.variable is Variable.FREE)
    most = max((sms_parts(one.text + "善" * free) for one in texts), key=lambda one: one.parts)
    return TemplateCheck(
        code="parts",
        passed=most.parts <= MOST_PARTS,
        is_required=False,
        says=Bilingual(
            zh=f"最多 {most.characters} 字 · {most.parts} 条",
            en=f"at most {most.characters} characters, {most.parts} parts",
        ),
    )


def _readable(template: MessageTemplate, text: FilledText) -> TemplateCheck:
    long = long_stretches(text.text, template.language)
    if not long:
        says = Bilingual(zh="易读", en="easy to read")
        return TemplateCheck(code="readable", passed=True, is_required=False, says=says)
    start, end = text.template_span(long[0].start, long[0].end)
    return TemplateCheck(
        code="readable",
        passed=False,
        is_required=False,
        says=Bilingual(
            zh=f"这里有 {long[0].counted} 字，最多 {long[0].limit} 字",
            en=f"{long[0].counted} counted here, at most {long[0].limit}",
        ),
        start=start,
        end=end,
    )
