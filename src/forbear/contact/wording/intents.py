"""What a borrower's message seems to mean, and the step it proposes to a person. It never acts.

Rules first (`intents.yaml`), in the order of what must not be overlooked: a death, a minor, a
representative, a complaint come before a promise. Where no rule speaks a small linear model
proposes, and says that it was the model. Stop words are found in `stop_words` and only repeated here.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib import resources

import yaml

from forbear.compliance.citations import Bilingual
from forbear.contact.wording.linear import committed
from forbear.contact.wording.normalising import Normalised, normalised
from forbear.contact.wording.patterns import compiled_pattern
from forbear.contact.wording.promised_dates import promised_date
from forbear.contact.wording.stop_words import opt_out

LONGEST_READ = 5000
SURE_MILLIONTHS = 1_000_000  # the model's lead over the next class, in millionths of log-odds


class IntentCode(StrEnum):
    """What a message can mean, the most urgent first."""

    MINOR_TOLD = "minor_told"
    DECEASED_TOLD = "deceased_told"
    REPRESENTED = "represented"
    WRONG_NUMBER = "wrong_number"
    COMPLAINS = "complains"
    STOP = "stop"
    SAYS_PAID = "says_paid"
    DISPUTES_DEBT = "disputes_debt"
    HARDSHIP = "hardship"
    THIRD_PERSON = "third_person"
    WILL_PAY_ON = "will_pay_on"
    CANNOT_PAY = "cannot_pay"
    REFUSES = "refuses"
    CALLBACK = "callback"
    ASKS_AMOUNT = "asks_amount"
    ASKS_HOW = "asks_how"
    ASKS_WHO = "asks_who"
    ASKS_WHEN = "asks_when"
    ASKS_AGAIN = "asks_again"
    ASKS_ON = "asks_on"
    DOES_NOT_KNOW = "does_not_know"
    AFFIRM = "affirm"
    GREETING = "greeting"
    OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One meaning: the words it rests on, the day it names (will pay), the step it proposes."""

    code: IntentCode
    start: int
    end: int
    words: str
    next_step: str
    says: Bilingual
    on: date | None = None
    is_by_model: bool = False


@dataclass(frozen=True, slots=True)
class _IntentRule:
    code: IntentCode
    patterns: tuple[re.Pattern[str], ...]
    next_step: str
    says: Bilingual
    sections: tuple[str, ...]


def intents_of(text: str, *, on: date) -> tuple[Intent, ...]:
    """Every meaning found, the most urgent first; `on` is the day the message came in.

    There is always one: what nothing explains is out of scope, for a person to read.

    >>> [(one.code.value, one.on) for one in intents_of("周五发工资还", on=date(2026, 11, 18))]
    [('will_pay_on', datetime.date(2026, 11, 20))]
    """
    text = text[:LONGEST_READ]
    plain = normalised(text)
    trimmed = plain.plain.strip(" 。.!?,;~\n")
    made = [
        found
        for rule in intent_rules()
        if (found := _found(rule, text, plain, trimmed, on)) is not None
    ]
    if not made:
        made = [_by_model(text, plain)]
    return tuple(made)


def _found(
    rule: _IntentRule, text: str, plain: Normalised, trimmed: str, on: date
) -> Intent | None:
    if rule.code is IntentCode.STOP:
        stops = opt_out(text)
        return None if stops is None else _intent(rule, stops.start, stops.end, stops.words)
    offset = plain.plain.find(trimmed) if trimmed else 0
    for pattern in rule.patterns:
        match = pattern.search(trimmed)
        if match is not None and match.end() > match.start():
            start, end = plain.written_span(match.start() + offset, match.end() + offset)
            named = promised_date(trimmed, on=on) if rule.code in _DATED else None
            return _intent(rule, start, end, text[start:end], on=named)
    return None


_DATED = frozenset({IntentCode.WILL_PAY_ON, IntentCode.CALLBACK})


def _intent(
    rule: _IntentRule,
    start: int,
    end: int,
    words: str,
    *,
    on: date | None = None,
    is_by_model: bool = False,
) -> Intent:
    return Intent(
        code=rule.code,
        start=start,
        end=end,
        words=words,
        next_step=rule.next_step,
        says=rule.says,
        on=on,
        is_by_model=is_by_model,
    )


def _by_model(text: str, plain: Normalised) -> Intent:
    rules = {rule.code: rule for rule in intent_rules()}
    model = committed("intents")
    if model is not None and plain.plain:
        code, lead = model.best(plain.plain)
        if lead >= SURE_MILLIONTHS:
            return _intent(rules[IntentCode(code)], 0, len(text), text, is_by_model=True)
    return _intent(rules[IntentCode.OUT_OF_SCOPE], 0, len(text), text)


@functools.cache
def intent_rules() -> tuple[_IntentRule, ...]:
    """The rules of `intents.yaml` in their order."""
    text = resources.files(__package__).joinpath("intents.yaml").read_text(encoding="utf-8")
    told = yaml.safe_load(text)
    return tuple(
        _IntentRule(
            code=IntentCode(one["code"]),
            patterns=tuple(compiled_pattern(p, told["words"]) for p in one["patterns"]),
            next_step=one["step"]["code"],
            says=Bilingual(zh=one["step"]["zh"], en=one["step"]["en"]),
            sections=tuple(one.get("sections", ())),
        )
        for one in told["intents"]
    )
