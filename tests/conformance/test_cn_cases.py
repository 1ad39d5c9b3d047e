"""Worked cases of China: the shared file, our own examples, and what cannot be read."""

import copy
from pathlib import Path
from typing import Any

import pytest

from forbear.conformance.answers import CaseUnreadable
from forbear.conformance.cn_cases import run_case
from forbear.conformance.worked_cases import read_case_file, run_cases
from forbear.rulebooks import load_books

SHARED = Path(__file__).resolve().parents[3] / "shared" / "law" / "cases_cn.json"
OWN = Path(__file__).parent / "cn_examples.json"
CALL: dict[str, Any] = {
    "jurisdiction": "CN",
    "action": "contact",
    "lender_type": "consumer_finance",
    "actor": "in_house",
    "product": "online_consumer_loan",
    "channel": "voice_interactive",
    "recipient": "debtor",
    "local_datetime": "2026-03-12T10:00:00+08:00",
    "history": {},
    "flags": {},
}


def shared_cases() -> list[Any]:
    return read_case_file(SHARED) if SHARED.exists() else []


def answer(**changes: Any) -> Any:
    return run_case({"id": "T-1", "scenario": {**copy.deepcopy(CALL), **changes}}, load_books())


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="../shared/law is not here")
@pytest.mark.parametrize("case", shared_cases(), ids=lambda c: c["id"])
def test_shared_case(case: dict[str, Any]) -> None:
    (result,) = run_cases([case], load_books())
    assert result.missing == (), result.explanation


@pytest.mark.parametrize("case", read_case_file(OWN), ids=lambda c: c["id"])
def test_own_example(case: dict[str, Any]) -> None:
    (result,) = run_cases([case], load_books())
    assert result.missing == (), f"{case['title']}: {result.explanation}"


def test_title_and_expectation_play_no_part() -> None:
    told = {"id": "T-1", "title": "deny this", "expected": {"verdict": "deny"}, "scenario": CALL}
    assert run_case(told, load_books()).verdict == "permit"


def test_a_refusal_cites_the_article_and_says_why() -> None:
    refused = answer(local_datetime="2026-03-12T22:00:00+08:00")
    assert refused.rule_ids == ("CN-CBA2026-HOURS", "CN-GBT45251-HOURS")
    assert "CN-GBT45251-HOURS: refused (quiet_hours)" in refused.explanation


def test_a_part_of_an_article_is_cited_by_the_article() -> None:
    refused = answer(action="outsource", lender_type="bank", flags={"debtor_notified": False})
    assert refused.rule_ids == ("CN-CP2023-41",)


def test_the_rule_whose_clause_was_not_seen_takes_no_part() -> None:
    assert "CN-GBT45251-INTERVAL-7D" not in answer().rule_ids


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"flags": {"moon_phase": True}}, "scenario.flags.moon_phase"),
        ({"history": {"calls_last_week": 3}}, "scenario.history.calls_last_week"),
        ({"weather": "rain"}, "scenario.weather"),
        ({"action": "sing"}, "scenario.action"),
        ({"lender_type": "pawnshop"}, "scenario.lender_type"),
        ({"channel": "pigeon"}, "scenario.channel"),
        ({"channel": None}, "scenario.channel"),
        ({"recipient": "neighbour"}, "scenario.recipient"),
        ({"local_datetime": "2026-03-12T10:00:00"}, "scenario.local_datetime"),
        ({"local_datetime": "noon"}, "scenario.local_datetime"),
        ({"flags": {"record_on": "yes"}}, "scenario.flags.record_on"),
        ({"flags": {"visitors": 1.5}}, "scenario.flags.visitors"),
        ({"flags": {"agreed_contact_window": ["8", "23"]}}, "scenario.flags.agreed_contact_window"),
        ({"flags": {"claims_to_be": "pope"}}, "scenario.flags.claims_to_be"),
        ({"history": {"first_failed": "12.3.2026"}}, "scenario.history.first_failed"),
        ({"action": "answer_objection", "flags": {}}, "scenario.flags.received"),
        ({"history": {"unanswered_attempts_today_same_number": 10**9}}, "scenario"),
    ],
)
def test_what_the_vocabulary_does_not_know_is_reported(changes: dict[str, Any], where: str) -> None:
    with pytest.raises(CaseUnreadable) as refused:
        answer(**changes)
    assert (refused.value.case_id, refused.value.where) == ("T-1", where)
