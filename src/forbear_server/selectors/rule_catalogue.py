"""The shipped law as a reader looks for it: a filtered tree, one rule, two days against each other.

The law is the same for every lender and holds no personal data, so nothing here asks who reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from forbear import rulebooks
from forbear.compliance.cases import CaseOutcome, run_case
from forbear.compliance.citations import Confidence, InstrumentKind
from forbear.compliance.parameters import DatedValue, Parameter
from forbear.compliance.rulebook import Rulebook
from forbear.compliance.rules import Rule
from forbear.contact.facts import ContactFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFilters:
    """What the reader asked to see; empty words filter nothing."""

    on: date
    lender_kind: str = ""
    topic: str = ""
    confidence: str = ""
    search: str = ""


@dataclass(frozen=True, slots=True)
class BookBranch:
    """An instrument with those of its rules that passed the filter, in the book's order."""

    book: Rulebook
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class KindBranch:
    kind: InstrumentKind
    books: tuple[BookBranch, ...]


@dataclass(frozen=True, slots=True)
class JurisdictionBranch:
    jurisdiction: str
    kinds: tuple[KindBranch, ...]
    count: int


@dataclass(frozen=True, slots=True)
class ValuePeriod:
    """One value of a parameter and the day before which it ends; None while it lasts."""

    value: DatedValue
    until_on: date | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class ChangedNumber:
    """A parameter whose value differs between two days on which its rule is in force."""

    rule: Rule
    parameter: Parameter
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Differences:
    """What is another law on `after` than on `before`."""

    before: date
    after: date
    begun: tuple[Rule, ...]
    ended: tuple[Rule, ...]
    changed: tuple[ChangedNumber, ...]


def find_rules(filters: RuleFilters) -> list[Rule]:
    """The rules in force on the day asked about that pass every filter."""
    return [rule for rule in rulebooks.rules() if _passes(rule, filters)]


def rule_tree(filters: RuleFilters) -> list[JurisdictionBranch]:
    """Jurisdiction, kind of instrument, instrument, rule; branches without a rule are left out."""
    books = [
        BookBranch(book, held)
        for book in rulebooks.load_books()
        if (held := tuple(rule for rule in book.rules if _passes(rule, filters)))
    ]
    found = []
    for jurisdiction in sorted({_home(b) for b in books}, key=lambda j: (j != "CN", j)):
        here = [b for b in books if _home(b) == jurisdiction]
        kinds = tuple(
            KindBranch(kind, tuple(b for b in here if b.book.head.kind is kind))
            for kind in InstrumentKind
            if any(b.book.head.kind is kind for b in here)
        )
        found.append(JurisdictionBranch(jurisdiction, kinds, sum(len(b.rules) for b in here)))
    return found


def find_rule(rule_id: str) -> Rule | None:
    return rulebooks.rules_by_id().get(rule_id)


def find_book(book_id: str) -> Rulebook | None:
    """The book of an instrument, by the id in its head."""
    return next((b for b in rulebooks.load_books() if b.head.book_id == book_id), None)


def book_of(rule: Rule) -> Rulebook:
    """The book a rule stands in. Raises `LookupError` for a rule that was not shipped."""
    for book in rulebooks.load_books():
        if rule in book.rules:
            return book
    raise LookupError(f"{rule.id} stands in no shipped book.")


def lender_kinds() -> list[str]:
    """Every kind of lender that some rule binds."""
    return sorted({kind for rule in rulebooks.rules() for kind in rule.reach.binds})


def topics() -> list[str]:
    return sorted({rule.topic for rule in rulebooks.rules()})


def contact_jurisdictions() -> list[str]:
    """Where some rule judges a contact, the home law first."""
    found = {r.reach.jurisdiction for r in rulebooks.rules() if is_contact_rule(r)}
    return sorted(found, key=lambda j: (j != "CN", j))


def contact_products() -> list[str]:
    """Every product some contact rule is limited to."""
    contact = [r for r in rulebooks.rules() if is_contact_rule(r)]
    return sorted({product for rule in contact for product in rule.reach.products})


def contact_memberships() -> list[str]:
    """Every body whose members some contact rule binds."""
    return sorted(
        {r.reach.membership for r in rulebooks.rules() if is_contact_rule(r) and r.reach.membership}
    )


def is_contact_rule(rule: Rule) -> bool:
    """Whether it judges a contact, so that a case of it can be asked as one."""
    return rule.vocabulary.facts is ContactFacts


def readable_day(rule: Rule, on: date) -> date:
    """`on`, or the nearest day on which the rule is in force: its numbers exist only then."""
    if on < rule.reach.from_on:
        return rule.reach.from_on
    if rule.reach.until_on is not None and on >= rule.reach.until_on:
        return rule.reach.until_on - timedelta(days=1)
    return on


def value_periods(parameter: Parameter, on: date) -> list[ValuePeriod]:
    """The values of a parameter in time, each with its end."""
    values = parameter.values
    ends: Sequence[date | None] = [*(v.from_on for v in values[1:]), None]
    return [
        ValuePeriod(held, end, held.from_on <= on and (end is None or on < end))
        for held, end in zip(values, ends, strict=True)
    ]


def run_cases(rule: Rule) -> list[CaseOutcome]:
    """Every case of the rule, run now against the rule as it is loaded."""
    return [run_case(rule, case) for case in rule.cases]


def differences(held: Sequence[Rule], before: date, after: date) -> Differences:
    """The law of two days against each other; given the wrong way round, they are turned."""
    before, after = min(before, after), max(before, after)
    changed = [
        ChangedNumber(rule, parameter, parameter.at(before), parameter.at(after))
        for rule in held
        if rule.reach.holds_on(before) and rule.reach.holds_on(after)
        for parameter in rule.parameters.values()
        if parameter.at(before) != parameter.at(after)
    ]
    return Differences(
        before,
        after,
        tuple(r for r in held if r.reach.holds_on(after) and not r.reach.holds_on(before)),
        tuple(r for r in held if r.reach.holds_on(before) and not r.reach.holds_on(after)),
        tuple(changed),
    )


def _home(branch: BookBranch) -> str:
    return branch.book.head.reach.jurisdiction


def _passes(rule: Rule, filters: RuleFilters) -> bool:
    return (
        rule.reach.holds_on(filters.on)
        and (not filters.lender_kind or filters.lender_kind in rule.reach.binds)
        and (not filters.topic or filters.topic == rule.topic)
        and (not filters.confidence or Confidence(filters.confidence) is rule.citation.confidence)
        and (not filters.search or filters.search.casefold() in _searched(rule))
    )


def _searched(rule: Rule) -> str:
    said = (
        rule.id,
        rule.citation.instrument.zh,
        rule.citation.instrument.en,
        rule.citation.article,
        rule.citation.quote,
        rule.collector_sentence.zh,
        rule.collector_sentence.en,
    )
    return "\n".join(said).casefold()
