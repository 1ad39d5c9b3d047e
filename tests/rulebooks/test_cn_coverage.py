"""Every article of China's law file is a rule, a function, or left out with a reason: once."""

import json
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

from forbear.compliance.citations import Confidence
from forbear.conformance.cn_cases import article_id
from forbear.rulebooks import load_books

LAW = Path(__file__).resolve().parents[3] / "shared" / "law" / "cn.json"
BOOKS = [book for book in load_books() if book.head.reach.jurisdiction == "CN"]
CONFIDENCE = {
    "primary text seen": Confidence.OFFICIAL,
    "secondary source quoted": Confidence.SECONDARY,
    "from memory, not verified": Confidence.UNVERIFIED,
}
shared = pytest.mark.skipif(not LAW.exists(), reason="../shared/law is not here")


def articles() -> dict[str, dict]:
    return {entry["rule_id"]: entry for entry in json.loads(LAW.read_text(encoding="utf-8"))}


@pytest.mark.shared
@shared
def test_every_article_is_covered_exactly_once() -> None:
    covered = Counter(
        [*{article_id(rule.id) for book in BOOKS for rule in book.rules}]
        + [left.rule_id for book in BOOKS for left in book.not_encoded]
    )
    assert covered == Counter(list(articles()))


@pytest.mark.shared
@shared
def test_each_rule_keeps_the_words_the_days_and_the_standing_of_the_law_file() -> None:
    held = articles()
    differing = []
    for rule in (rule for book in BOOKS for rule in book.rules):
        entry = held[article_id(rule.id)]
        same = (
            rule.citation.quote == (entry["quote_zh"] or rule.citation.quote)
            and rule.reach.from_on.isoformat() == entry["effective_from"]
            and rule.reach.binds == frozenset(entry["binds"])
            and rule.citation.confidence is CONFIDENCE[entry["confidence"]]
        )
        if not same:
            differing.append(rule.id)
    assert differing == []


def test_every_amount_names_a_function_that_is_there() -> None:
    missing = [
        left.function
        for book in BOOKS
        for left in book.not_encoded
        if left.function
        and not hasattr(
            import_module(f"forbear.rulebooks.{book.folder.name}.{left.function.split('.')[0]}"),
            left.function.split(".")[1],
        )
    ]
    assert missing == []


def test_rules_that_are_off_by_default_are_the_unverified_and_the_unseen_clause() -> None:
    off = {rule.id for book in BOOKS for rule in book.rules if not rule.is_enabled}
    assert off == {"CN-GBT45251-INTERVAL-7D", "CN-CARD2022-13", "CN-P2P-RETENTION"}
