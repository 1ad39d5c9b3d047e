"""Regulation F as a book: every fact of the law file has its place, every mutant of a rule dies."""

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from forbear.compliance.judging import judge
from forbear.compliance.rulebook import Rulebook
from forbear.compliance.scopes import Scope
from forbear.conformance.mutation import mutation_results
from forbear.contact.facts import ContactFacts
from forbear.rulebooks import load_books

LAW = Path(__file__).resolve().parents[3] / "shared" / "law" / "us.json"
CONFIDENCE = {
    "primary text seen": "official",
    "secondary source": "secondary",
    "from memory, not verified": "unverified",
}
AGENCY = Scope(jurisdiction="US", lender_kind="bank", actor="outsourced_agency")
BANK = Scope(jurisdiction="US", lender_kind="bank")
ON = date(2026, 9, 2)


def us_books() -> list[Rulebook]:
    return [b for b in load_books() if b.head.reach.jurisdiction.startswith("US")]


def places_of(books: list[Rulebook]) -> Counter[str]:
    rules = [rule.id for book in books for rule in book.rules]
    return Counter([*rules, *(gap.rule_id for book in books for gap in book.not_encoded)])


@pytest.mark.shared
@pytest.mark.skipif(not LAW.exists(), reason="../shared/law is not here")
def test_every_rule_of_the_law_file_stands_in_exactly_one_place() -> None:
    ids = [rule["rule_id"] for rule in json.loads(LAW.read_text(encoding="utf-8"))["rules"]]
    found = places_of(us_books())
    assert {i: found[i] for i in ids} == dict.fromkeys(ids, 1)


@pytest.mark.shared
@pytest.mark.skipif(not LAW.exists(), reason="../shared/law is not here")
def test_confidence_is_the_law_files_and_what_is_from_memory_is_off() -> None:
    law = {r["rule_id"]: r for r in json.loads(LAW.read_text(encoding="utf-8"))["rules"]}
    rules = [rule for book in us_books() for rule in book.rules if rule.id in law]
    wanted = {rule.id: CONFIDENCE[law[rule.id]["confidence"]] for rule in rules}
    assert {rule.id: rule.citation.confidence.value for rule in rules} == wanted
    assert [rule.id for rule in rules if not rule.is_enabled] == ["US-REGF-MEDIA-EXC"]


def test_every_changed_comparison_or_number_is_noticed_by_a_case() -> None:
    rules = [rule for book in us_books() for rule in book.rules]
    assert [s for result in mutation_results(rules) for s in result.survivors] == []


def test_the_book_binds_an_agency_and_not_a_bank_collecting_for_itself() -> None:
    facts = ContactFacts(channel="sms", local_minute=300)
    rules = [rule for book in us_books() for rule in book.rules]
    assert [g.rule_id for g in judge(rules, facts, on=ON, scope=AGENCY).grounds] == [
        "US-FDCPA-TIME",
        "US-REGF-HOURS",
    ]
    assert judge(rules, facts, on=ON, scope=BANK).asked == ()


def test_before_its_first_day_only_the_statute_holds() -> None:
    facts = ContactFacts(channel="sms", local_minute=300)
    rules = [rule for book in us_books() for rule in book.rules]
    asked = [
        judge(rules, facts, on=day, scope=AGENCY).asked
        for day in (
            date(2021, 11, 29),
            date(2021, 11, 30),
        )
    ]
    assert asked[0] == ("US-FDCPA-TIME",)
    assert "US-REGF-HOURS" in asked[1]


def test_massachusetts_binds_the_creditor_too() -> None:
    facts = ContactFacts(channel="sms", local_minute=600, contacts_seven_days=2)
    rules = [rule for book in us_books() for rule in book.rules]
    scope = Scope(jurisdiction="US-MA", lender_kind="bank")
    assert [g.rule_id for g in judge(rules, facts, on=ON, scope=scope).grounds] == ["US-MA-CALLS"]
