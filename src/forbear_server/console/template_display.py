"""A template as the desk sees it: checks, three sample borrowers, cost, differences, use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.conf import settings

from forbear.contact.channels import Channel
from forbear.contact.wording.checks import TemplateCheck, checked, sample_values
from forbear.contact.wording.facts import Language
from forbear.contact.wording.lengths import SmsLength, sms_parts
from forbear.contact.wording.templates import MessageTemplate as Wording
from forbear.contact.wording.templates import filled
from forbear.contact.wording.variables import Variable
from forbear.primitives.errors import RequestRefused
from forbear_server.console.rule_wording import PURPOSES, in_language
from forbear_server.console.template_wording import (
    SAMPLES,
    STEPS,
    TEMPLATE_REFUSALS,
    TEMPLATE_STATE_KINDS,
    TEMPLATE_STATES,
    TEXT_LANGUAGES,
    TONES,
)
from forbear_server.console.wording import CHANNELS, is_english, word
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.message_cases import lender_names
from forbear_server.selectors.templates import TemplateRow, TemplateStep

FEWEST_FOR_A_RATE = 30
# A place, a Latin word or number, or one other sign: what a reader sees as one word.
_WORD = re.compile(r"\{[^{}]*\}|[A-Za-z0-9]+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ShownTemplate:
    row: TemplateRow
    channel: str
    purpose: str
    language: str
    tone: str
    state: str
    state_kind: str
    stopped: str
    complained: str


@dataclass(frozen=True, slots=True)
class ShownCheck:
    says: str
    kind: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class ShownSample:
    """A text as one sample borrower would receive it; `cost_minor` None: no price is set."""

    label: str
    subject: str
    text: str
    length: SmsLength | None
    cost_minor: int | None


@dataclass(frozen=True, slots=True)
class ShownWording:
    """What is said of a text while it is written and before it is decided on."""

    problem: str
    checks: list[ShownCheck]
    samples: list[ShownSample]
    language: str


@dataclass(frozen=True, slots=True)
class ShownDifference:
    """A stretch of two texts: `same`, `added` or `removed`."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class ShownStep:
    step: TemplateStep
    says: str


def shown_template(row: TemplateRow) -> ShownTemplate:
    return ShownTemplate(
        row=row,
        channel=word(CHANNELS, row.channel),
        purpose=word(PURPOSES, row.purpose),
        language=word(TEXT_LANGUAGES, row.language),
        tone=word(TONES, row.tone),
        state=word(TEMPLATE_STATES, row.state),
        state_kind=TEMPLATE_STATE_KINDS[row.state],
        stopped=rate(row.use.stopped, row.use.sent),
        complained=rate(row.use.complained, row.use.sent),
    )


def rate(count: int, of: int) -> str:
    """A rate with one decimal; empty below thirty, where it would mislead.

    >>> rate(1, 29), rate(1, 30)
    ('', '3.3%')
    """
    return "" if of < FEWEST_FOR_A_RATE else f"{100 * count / of:.1f}%"


def shown_wording(actor: Actor, wording: Wording) -> ShownWording:
    """Checks and samples of a text; a text that cannot be read has its problem instead."""
    try:
        checks = [_shown_check(one) for one in checked(wording, lender_names=lender_names(actor))]
        samples = _shown_samples(actor, wording)
    except RequestRefused as refused:
        return ShownWording(told(refused), [], [], wording.language.value)
    return ShownWording("", checks, samples, wording.language.value)


def faulty_wording(problem: str) -> ShownWording:
    """What is shown for something that is no template yet."""
    return ShownWording(problem, [], [], "")


def differences(before: str, after: str) -> list[ShownDifference]:
    """What changed between two texts, word by word.

    >>> [(one.kind, one.words) for one in differences("请回复我们", "请回复{机构}")]
    [('same', '请回复'), ('removed', '我们'), ('added', '{机构}')]
    """
    old, new = _WORD.findall(before), _WORD.findall(after)
    made: list[ShownDifference] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            made.append(ShownDifference("same", "".join(old[a:b])))
            continue
        if a < b:
            made.append(ShownDifference("removed", "".join(old[a:b])))
        if c < d:
            made.append(ShownDifference("added", "".join(new[c:d])))
    return made


def shown_steps(steps: Sequence[TemplateStep]) -> list[ShownStep]:
    return [ShownStep(one, word(STEPS, one.event)) for one in steps]


def told(refusal: RequestRefused) -> str:
    """The sentence of the code, and the details as they were raised."""
    return f"{word(TEMPLATE_REFUSALS, refusal.code)}{'. ' if is_english() else '。'}{refusal}"


def _shown_check(one: TemplateCheck) -> ShownCheck:
    kind = "ok" if one.passed else "harm" if one.is_required else "care"
    return ShownCheck(in_language(one.says), kind, one.is_required)


def _shown_samples(actor: Actor, wording: Wording) -> list[ShownSample]:
    is_en = wording.language is Language.EN
    lender = (actor.lender_name_en if is_en else actor.lender_name_zh) or actor.lender_name_zh
    price: int | None = settings.SMS_PRICE_MINOR
    made = []
    for label, values in zip(SAMPLES, sample_values(wording.language), strict=True):
        sample = filled(wording, {**values, Variable.LENDER: lender})
        length = sms_parts(sample.text) if wording.channel is Channel.SMS else None
        cost = None if length is None or price is None else length.cost_minor(price)
        made.append(ShownSample(str(label), sample.subject, sample.text, length, cost))
    return made
