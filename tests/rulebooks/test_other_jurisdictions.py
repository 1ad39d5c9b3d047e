"""The small books: every fact of the law file has its place, and their hours are theirs."""

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
from forbear.rulebooks.ke_cbk_2022.caps import greatest_recovery
from forbear.rulebooks.uk_breathing_space import clocks

LAW = Path(__file__).resolve().parents[3] / "shared" / "law" / "uk_eu_other.json"
WEDNESDAY = date(2026, 9, 2)


def other_books() -> list[Rulebook]:
    return [b for b in load_books() if b.head.reach.jurisdiction[:2] not in ("CN", "US")]


@pytest.mark.shared
@pytest.mark.skipif(not LAW.exists(), reason="../shared/law is not here")
def test_every_rule_of_the_law_file_stands_in_exactly_one_place() -> None:
    law = {r["rule_id"]: r for r in json.loads(LAW.read_text(encoding="utf-8"))["rules"]}
    books = other_books()
    found = Counter(rule.id for book in books for rule in book.rules)
    found += Counter(gap.rule_id for book in books for gap in book.not_encoded)
    assert found == dict.fromkeys(law, 1)
    # England and Wales have law of their own inside the UK: its code in the file is a phrase.
    file_words = {"UK-EW": "UK (E&W)"}
    placed = {
        rule.id: file_words.get(place := book.head.reach.jurisdiction, place)
        for book in books
        for rule in book.rules
    }
    assert placed == {i: law[i]["jurisdiction"] for i in placed}


def test_every_changed_comparison_or_number_is_noticed_by_a_case() -> None:
    rules = [rule for book in other_books() for rule in book.rules]
    assert [s for result in mutation_results(rules) for s in result.survivors] == []


@pytest.mark.parametrize(
    ("place", "first", "last"),
    [("IN", 480, 1139), ("PH", 360, 1319), ("ID", 480, 1199)],
)
def test_the_hours_of_a_call(place: str, first: int, last: int) -> None:
    def is_allowed(minute: int) -> bool:
        facts = ContactFacts(
            channel="voice_interactive",
            local_minute=minute,
            local_weekday=3,
            is_public_holiday=False,
        )
        rules = [rule for book in other_books() for rule in book.rules]
        scope = Scope(jurisdiction=place, lender_kind="bank")
        return judge(rules, facts, on=WEDNESDAY, scope=scope).ruling.value == "allowed"

    assert [minute for minute in range(1440) if is_allowed(minute)] == [*range(first, last + 1)]


def test_the_indian_draft_is_off() -> None:
    off = [rule.id for book in other_books() for rule in book.rules if not rule.is_enabled]
    assert off == ["IN-RBI-2026-DRAFT"]


def test_amounts_and_dates() -> None:
    assert greatest_recovery(1_000_00, interest_ceiling_bp=10_000) == 2_000_00
    assert clocks.standard_moratorium_end(date(2026, 1, 1), standard_days=60) == date(2026, 3, 1)
    assert clocks.crisis_moratorium_end(date(2026, 1, 1), crisis_days=30) == date(2026, 1, 31)
