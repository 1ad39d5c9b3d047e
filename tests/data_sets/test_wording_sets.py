"""Wording on the project's data sets: abusive comments, complaints, utterances of call bots."""

from datetime import date

import polars as pl
import pytest

from data_sets.shared_sets import data_set
from forbear.contact.wording.intents import intent_rules, intents_of
from forbear.contact.wording.linear import committed, leaning
from forbear.contact.wording.measuring import accuracy
from forbear.contact.wording.normalising import normalised
from forbear.contact.wording.training.texts import cold_texts, complaint_texts
from forbear.contact.wording.triage import complaint_classes, triage

pytestmark = pytest.mark.shared
ON = date(2026, 11, 18)
# sections whose utterances mean one thing without the question before them
DEFENDED = {
    "affirm_know", "busyother", "family_friend", "inform_busy", "out_of_scope", "repayment_today",
    "reqmore_amount", "reqmore_what", "reqmore_when", "reqmore_who", "shortofmoney", "wrongcall",
}  # fmt: skip


def utterances() -> list[tuple[str, str]]:
    file = data_set("zh_collection_call_intents") / "utterances.parquet"
    return [(intent, text) for intent, text in pl.read_parquet(file).iter_rows()]


def test_every_section_of_the_call_bot_set_answers_to_an_intent() -> None:
    known = {section for rule in intent_rules() for section in rule.sections}
    assert {section for section, _ in utterances()} - known == set()


def test_the_defended_sections_are_read_as_they_are_meant() -> None:
    meant = {section: rule.code for rule in intent_rules() for section in rule.sections}
    told = [(s, text, intents_of(text, on=ON)[0].code) for s, text in utterances()]
    wrong = [(s, text, code) for s, text, code in told if s in DEFENDED and meant[s] is not code]
    assert wrong == []
    right = sum(meant[section] is code for section, _, code in told)
    assert (right, len(told)) == (127, 131)


def test_abusive_comments_of_cold_dev_are_told_apart() -> None:
    model = committed("pressing")
    assert model is not None
    pairs = []
    for one in cold_texts(data_set("zh_offensive_cold"), "dev"):
        leans = leaning(model, normalised(one.text).plain)
        assert leans is not None
        pairs.append((one.label, "pressing" if leans.is_pressing else "kind"))
    share = accuracy(pairs)
    assert (share.count, share.total) == (COLD_RIGHT, 6_431)


COLD_RIGHT = 5_749


def test_complaints_are_triaged_by_our_words() -> None:
    codes = {one.says.zh: one.code for one in complaint_classes()}
    texts = complaint_texts(data_set("zh_finance_complaints"), "dev")
    pairs = [(codes[one.label], triage(one.text).code) for one in texts]
    assert (accuracy(pairs).count, len(pairs)) == (253, 511)
    assert sum(pair == ("conduct", "conduct") for pair in pairs) == 86  # of 100
