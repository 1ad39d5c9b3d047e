"""A rule, its numbers and its cases as the pages show them, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.urls import reverse

from forbear.compliance.cases import CaseOutcome
from forbear.compliance.citations import Confidence
from forbear.compliance.parameters import Parameter
from forbear.compliance.rules import Case, Rule
from forbear_server.console.rule_wording import (
    CONFIDENCE_KINDS,
    LENDER_KINDS,
    MEMBERSHIPS,
    PRODUCTS,
    RULINGS,
    TOPICS,
    fact_label,
    fact_value,
    in_language,
    parameter_value,
)
from forbear_server.console.wording import (
    CONFIDENCES,
    INSTRUMENT_KINDS,
    QUOTE_KINDS,
    STRENGTHS,
    VERDICT_REASONS,
    word,
)
from forbear_server.selectors.rule_catalogue import is_contact_rule, readable_day, value_periods

# Home first: a case is asked for the lender most of our readers are.
_PREFERRED_KINDS = ("consumer_finance", "bank", "outsourced_agency")


@dataclass(frozen=True, slots=True)
class ShownSource:
    """What stands wherever a rule is cited: where, how strong, how sure."""

    rule_id: str
    instrument: str
    article: str
    kind: str
    strength: str
    confidence: str
    confidence_kind: str
    is_official: bool
    quote: str
    quote_kind: str
    quote_language: str


@dataclass(frozen=True, slots=True)
class ShownPeriod:
    value: str
    from_on: date
    until_on: date | None
    source: str
    checked_on: date
    is_current: bool
    # How much of the bar it takes.
    eighths: int


@dataclass(frozen=True, slots=True)
class ShownParameter:
    name: str
    periods: list[ShownPeriod]


@dataclass(frozen=True, slots=True)
class ShownException:
    words: str
    excepts: str
    rests_on: str


@dataclass(frozen=True, slots=True)
class ShownCase:
    case_id: str
    name: str
    day: date
    facts: list[tuple[str, str]]
    wanted: str
    got: str
    reason: str
    is_passed: bool
    try_address: str


@dataclass(frozen=True, slots=True)
class ShownRule:
    rule: Rule
    source: ShownSource
    sentence: str
    borrower_sentence: str
    topic: str
    binds: list[str]
    products: list[str]
    membership: str
    is_in_force: bool
    is_over: bool
    words: str
    words_on: date
    exceptions: list[ShownException]
    parameters: list[ShownParameter]


def shown_source(rule: Rule) -> ShownSource:
    citation = rule.citation
    return ShownSource(
        rule_id=rule.id,
        instrument=in_language(citation.instrument),
        article=citation.article,
        kind=word(INSTRUMENT_KINDS, citation.instrument_kind),
        strength=word(STRENGTHS, citation.strength),
        confidence=word(CONFIDENCES, citation.confidence),
        confidence_kind=CONFIDENCE_KINDS[citation.confidence],
        is_official=citation.confidence is Confidence.OFFICIAL,
        quote=citation.quote,
        quote_kind=word(QUOTE_KINDS, citation.quote_kind),
        quote_language="zh-Hans" if rule.reach.jurisdiction == "CN" else "en",
    )


def shown_rule(rule: Rule, *, on: date) -> ShownRule:
    """The rule as it reads on a day; before it began, as it read on its first."""
    reach, day = rule.reach, readable_day(rule, on)
    return ShownRule(
        rule=rule,
        source=shown_source(rule),
        sentence=in_language(rule.collector_sentence),
        borrower_sentence=in_language(rule.borrower_sentence),
        topic=word(TOPICS, rule.topic),
        binds=[word(LENDER_KINDS, kind) for kind in sorted(reach.binds)],
        products=[word(PRODUCTS, product) for product in sorted(reach.products)],
        membership=word(MEMBERSHIPS, reach.membership) if reach.membership else "",
        is_in_force=reach.holds_on(on),
        is_over=reach.until_on is not None and on >= reach.until_on,
        words=in_language(rule.in_words(on=day)),
        words_on=day,
        exceptions=[
            ShownException(in_language(held.words), held.excepts, held.rests_on)
            for held in rule.exceptions.values()
        ],
        parameters=[shown_parameter(p, on=on) for p in rule.parameters.values()],
    )


def shown_parameter(parameter: Parameter, *, on: date) -> ShownParameter:
    periods = value_periods(parameter, on)
    end = max(on, parameter.values[-1].from_on + timedelta(days=365))
    whole = (end - parameter.values[0].from_on).days
    return ShownParameter(
        parameter.name,
        [
            ShownPeriod(
                value=parameter_value(parameter.unit, one.value.value),
                from_on=one.value.from_on,
                until_on=one.until_on,
                source=one.value.source,
                checked_on=one.value.last_checked_on,
                is_current=one.is_current,
                eighths=max(1, 8 * ((one.until_on or end) - one.value.from_on).days // whole),
            )
            for one in periods
        ],
    )


def shown_case(rule: Rule, outcome: CaseOutcome, *, may_try: bool) -> ShownCase:
    """One case run; the link to the page 能否联系 only where that page can ask it."""
    case, kinds = outcome.case, rule.vocabulary.kinds
    reason = outcome.got.reason or outcome.got.exception
    can_try = may_try and is_contact_rule(rule) and rule.is_enabled
    return ShownCase(
        case_id=case.case_id,
        name=case.name,
        day=case.day,
        facts=[
            (fact_label(kinds[name]), fact_value(kinds[name], held))
            for name, held in case.facts.items()
        ],
        wanted=word(RULINGS, case.verdict),
        got=word(RULINGS, outcome.got.ruling),
        reason=word(VERDICT_REASONS, reason) if reason else "",
        is_passed=outcome.passed,
        try_address=try_address(rule, case) if can_try else "",
    )


def try_address(rule: Rule, case: Case) -> str:
    """The page 能否联系 filled with the case, asked for a lender whom the rule binds."""
    reach = rule.reach
    bound = [kind for kind in _PREFERRED_KINDS if kind in reach.binds]
    asked: dict[str, str] = {
        "jurisdiction": reach.jurisdiction,
        "kind": (bound or sorted(reach.binds))[0],
        "product": min(reach.products, default=""),
        "on": _day_of(rule, case).isoformat(),
    }
    if reach.membership is not None:
        asked["members"] = reach.membership
    for name, held in case.facts.items():
        if name == "local_minute":
            asked |= {"zone": "unknown"} if held is None else {"time": _clock(held)}
        elif name != "local_weekday" and held is not None:
            asked[name] = _typed(rule, name, held)
    return f"{reverse('console:may-contact')}?{urlencode(asked)}"


def _day_of(rule: Rule, case: Case) -> date:
    """The day of the case, or the next one in force with the day of the week it names."""
    weekday = case.facts.get("local_weekday")
    if weekday is None:
        return case.day
    moved = case.day + timedelta(days=(weekday - case.day.isoweekday()) % 7)
    return moved if rule.reach.holds_on(moved) else moved - timedelta(days=7)


def _typed(rule: Rule, name: str, held: object) -> str:
    if isinstance(held, bool):
        return "yes" if held else "no"
    if isinstance(held, int) and rule.vocabulary.kinds[name].unit.startswith("minute of the day"):
        return _clock(held)
    return str(held)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
