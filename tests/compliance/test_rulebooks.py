"""Every shipped rulebook: its cases, its parameters, and what combining its verdicts means."""

from dataclasses import fields, replace
from datetime import date

import pytest

from forbear import rulebooks
from forbear.compliance.cases import facts_of, run_case
from forbear.compliance.citations import Confidence, Strength
from forbear.compliance.explaining import decided
from forbear.compliance.fact_kinds import FactOutOfKind
from forbear.compliance.judging import LenderPolicy, PolicyTooWeak, judge
from forbear.compliance.rulebook import Rulebook
from forbear.compliance.scopes import Scope, usual_memberships
from forbear.compliance.verdicts import Ruling
from forbear.contact.facts import ContactFacts

BOOKS = rulebooks.load_books()
RULES = rulebooks.rules()
BY_ID = rulebooks.rules_by_id()


def lender(kind: str, **told: object) -> Scope:
    return Scope("CN", kind, memberships=usual_memberships(kind), **told)  # type: ignore[arg-type]


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_each_case_of_a_rule_is_answered_as_the_law_answers_it(rule) -> None:
    outcomes = [run_case(rule, case) for case in rule.cases]
    assert [(o.case.case_id, o.got) for o in outcomes if not o.passed] == []


@pytest.mark.parametrize("book", BOOKS, ids=lambda b: b.head.book_id)
def test_each_parameter_turns_a_case(book: Rulebook) -> None:
    """A setting nothing reads is a false statement: move each by one and some case must turn."""
    unread = []
    for name, parameter in book.parameters.items():
        if parameter.read_by:
            continue
        turned = any(
            _answer(rule, case, {name: step}) != _answer(rule, case, {})
            for rule in book.rules
            if name in rule.parameters
            for case in rule.cases
            for step in (1, -1)
        )
        if not turned:
            unread.append(name)
    assert unread == []


def _answer(rule, case, moved: dict[str, int]):
    numbers = rule.numbers_on(case.day)
    return decided(
        rule.tree, facts_of(rule, case), {n: v + moved.get(n, 0) for n, v in numbers.items()}
    )


def test_every_rule_says_what_it_rests_on_and_unverified_ones_are_off() -> None:
    for rule in RULES:
        assert rule.citation.quote
        assert rule.citation.source
        assert rule.cases
        if rule.citation.confidence is Confidence.UNVERIFIED:
            assert not rule.is_enabled, rule.id


def test_a_rule_binds_only_whom_it_binds_and_only_when_in_force() -> None:
    reach = BY_ID["CN-CBA2026-HOURS"].reach
    assert reach.holds_on(date(2026, 1, 30))
    assert not reach.holds_on(date(2026, 1, 29))
    assert reach.covers(lender("bank"))
    assert not reach.covers(lender("microloan"))
    assert not reach.covers(replace(lender("bank"), memberships=frozenset()))
    assert not reach.covers(replace(lender("bank"), jurisdiction="US"))


def test_the_guideline_of_2024_gives_way_to_the_standard() -> None:
    old, new = BY_ID["CN-NIFA2024-HOURS"].reach, BY_ID["CN-GBT45251-HOURS"].reach
    day_before, day = date(2025, 2, 27), date(2025, 2, 28)
    assert (old.holds_on(day_before), new.holds_on(day_before)) == (True, False)
    assert (old.holds_on(day), new.holds_on(day)) == (False, True)


def test_a_microlender_at_night_is_stopped_by_the_standard_alone() -> None:
    facts = ContactFacts(channel="sms", local_minute=1350)
    made = judge(RULES, facts, on=date(2026, 3, 10), scope=lender("microloan"))
    assert made.ruling is Ruling.REFUSED
    assert [g.rule_id for g in made.grounds] == ["CN-GBT45251-HOURS"]
    assert made.until_minute == 1440 + 480


def test_a_bank_at_night_hears_both_instruments() -> None:
    facts = ContactFacts(channel="sms", local_minute=1350)
    made = judge(RULES, facts, on=date(2026, 3, 10), scope=lender("bank"))
    assert [g.rule_id for g in made.grounds] == ["CN-CBA2026-HOURS", "CN-GBT45251-HOURS"]


def test_an_exception_that_was_used_is_named() -> None:
    facts = ContactFacts(
        channel="sms", local_minute=1350, agreed_from_minute=480, agreed_until_minute=1380
    )
    made = judge(RULES, facts, on=date(2026, 3, 10), scope=lender("microloan"))
    assert made.ruling is Ruling.ALLOWED
    used = [(g.rule_id, g.verdict.exception) for g in made.exceptions]
    assert used == [("CN-GBT45251-HOURS", "agreed_hours")]


def test_without_any_rule_in_force_a_person_decides() -> None:
    facts = ContactFacts(channel="sms", local_minute=600)
    nowhere = Scope("XX", "bank")
    made = judge(RULES, facts, on=date(2026, 3, 10), scope=nowhere)
    assert made.ruling is Ruling.NEEDS_REVIEW
    assert [g.rule_id for g in made.grounds] == ["NO-RULE-IN-FORCE"]


def test_soft_rules_may_advise_and_hard_ones_never() -> None:
    advising = LenderPolicy(frozenset(Strength) - {Strength.SHOULD_NOT})
    facts = ContactFacts(channel="sms", local_minute=1350)
    made = judge(RULES, facts, on=date(2026, 3, 10), scope=lender("microloan"), policy=advising)
    assert made.ruling is Ruling.ALLOWED
    assert [g.rule_id for g in made.advice] == ["CN-GBT45251-HOURS"]
    with pytest.raises(PolicyTooWeak):
        LenderPolicy(frozenset(Strength) - {Strength.MUST_NOT})


def test_a_rule_that_is_off_by_default_takes_part_only_when_asked_for() -> None:
    facts = ContactFacts(channel="sms", local_minute=600, days_since_contact_on_product=1)
    told = {"on": date(2026, 3, 10), "scope": lender("microloan")}
    assert judge(RULES, facts, **told).ruling is Ruling.ALLOWED
    made = judge(RULES, facts, include_disabled=True, **told)
    assert [g.rule_id for g in made.grounds] == ["CN-GBT45251-INTERVAL-7D"]


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ({"channel": "fax"}, "channel='fax' (one of voice_interactive"),
        ({"local_minute": 1440}, "local_minute=1440 (0 to 1439)"),
        ({"connected_notice_calls_today": None}, "connected_notice_calls_today=None (0 to 1000)"),
        ({"has_night_consent": 1}, "has_night_consent=1 (yes or no)"),
    ],
)
def test_facts_outside_their_kinds_are_refused_before_any_rule(told, wrong) -> None:
    facts = ContactFacts(**{"channel": "sms", "local_minute": 600, **told})
    with pytest.raises(FactOutOfKind) as refused:
        judge(RULES, facts, on=date(2026, 3, 10), scope=lender("bank"))
    assert wrong in str(refused.value)


def test_contact_facts_have_no_place_for_a_relative_or_an_address_book() -> None:
    names = {f.name for f in fields(ContactFacts)}
    assert not any(w in n for n in names for w in ("relative", "colleague", "phone_book", "name_"))
