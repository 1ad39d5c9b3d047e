"""The United States cases: those of the law files, and further examples of the commentary."""

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from forbear.conformance.answers import Answer, CaseUnreadable
from forbear.conformance.us_cases import run_case
from forbear.rulebooks import load_books

LAW_CASES = Path(__file__).resolve().parents[3] / "shared" / "law" / "cases_us.json"
OWN_CASES = Path(__file__).with_name("us_examples.json")
BESIDE_VALUES = ("reason", "rebuttal", "violated", "subject", "also_applies", "call_presumption")


def cases_of(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text(encoding="utf-8"))["cases"] if path.exists() else []


def said(case: Mapping[str, Any]) -> Answer:
    return run_case(case, load_books())


def differences(case: Mapping[str, Any], answer: Answer) -> dict[str, tuple[Any, Any]]:
    """What the answer says otherwise than the case expects, by key."""
    expected = case["expected"]
    wanted = {key: expected[key] for key in BESIDE_VALUES if key in expected}
    wanted |= expected.get("values") or {}
    found = {key: (want, answer.values.get(key)) for key, want in wanted.items()}
    if expected["verdict"] != "compute":
        found["verdict"] = (expected["verdict"], answer.verdict)
    found["requires"] = (tuple(expected.get("requires") or ()), answer.requires)
    return {key: both for key, both in found.items() if both[0] != both[1]}


@pytest.mark.shared
@pytest.mark.skipif(not LAW_CASES.exists(), reason="../shared/law is not here")
@pytest.mark.parametrize("case", cases_of(LAW_CASES), ids=lambda case: case["id"])
def test_the_law_files_own_case(case: dict[str, Any]) -> None:
    assert differences(case, said(case)) == {}


@pytest.mark.parametrize("case", cases_of(OWN_CASES), ids=lambda case: case["id"])
def test_a_further_example_of_the_commentary(case: dict[str, Any]) -> None:
    assert differences(case, said(case)) == {}


@pytest.mark.parametrize("case", cases_of(OWN_CASES), ids=lambda case: case["id"])
def test_the_answer_does_not_hang_on_what_is_expected_or_on_free_words(
    case: dict[str, Any],
) -> None:
    blind = copy.deepcopy(case)
    blind["id"] = "another"
    blind["explanation"] = "misleading words"
    values = case["expected"].get("values") or {}
    hidden = {k: dict.fromkeys(v, 0) if isinstance(v, dict) else 0 for k, v in values.items()}
    blind["expected"] = {"verdict": "nonsense", "values": hidden}
    for body in blind["scenario"]["events"]:
        body["text"] = "nonsense"
    seen, blindly = said(case), said(blind)
    assert (seen.verdict, seen.values, seen.requires, seen.rule_ids) == (
        blindly.verdict,
        blindly.values,
        blindly.requires,
        blindly.rule_ids,
    )


def changed(**scenario: Any) -> dict[str, Any]:
    """A plain call about one debt, with some keys of its scenario replaced."""
    base: dict[str, Any] = {
        "collector": {"is_fdcpa_debt_collector": True},
        "consumer": {"id": "P1", "home_tz": "America/New_York"},
        "debts": [{"id": "D1"}],
        "events": [],
        "proposed_action": {"type": "call", "at": "2026-09-02T10:00", "tz": "America/New_York"},
    }
    return {
        "id": "X-1",
        "provision": "1006.6(b)(1)(i)",
        "scenario": base | scenario,
        "expected": {"verdict": "permit"},
    }


@pytest.mark.parametrize(
    ("scenario", "where"),
    [
        ({"mood": "bad"}, "scenario.mood"),
        ({"consumer": {"id": "P1", "shoe_size": 43}}, "scenario.consumer.shoe_size"),
        ({"facts_coded": [{"code": "likes_tea"}]}, "scenario.facts_coded[0].code"),
        (
            {"facts_coded": [{"code": "inconvenient_times", "weekdays": ["XX"]}]},
            "scenario.facts_coded[0].weekdays",
        ),
        (
            {"events": [{"at": "2026-09-01T10:00", "type": "carrier_pigeon"}]},
            "scenario.events[0].type",
        ),
        (
            {"events": [{"at": "2026-09-01T10:00", "type": "call", "outcome": "sang"}]},
            "scenario.events[0].outcome",
        ),
        ({"events": [{"at": "yesterday", "type": "call"}]}, "scenario.events[0].at"),
        (
            {"proposed_action": {"type": "call", "at": "2026-09-02T10:00", "purpose": "revenge"}},
            "scenario.proposed_action.purpose",
        ),
    ],
)
def test_an_undocumented_key_or_value_is_reported(scenario: dict[str, Any], where: str) -> None:
    with pytest.raises(CaseUnreadable) as refused:
        said(changed(**scenario))
    assert refused.value.where == where


def test_an_unknown_section_is_reported() -> None:
    case = changed() | {"provision": "1006.99(a)"}
    with pytest.raises(CaseUnreadable) as refused:
        said(case)
    assert refused.value.where == "provision"


@pytest.mark.parametrize(
    ("at", "verdict"),
    [("08:00", "deny"), ("08:01", "permit"), ("20:59", "permit"), ("21:00", "deny")],
)
def test_exactly_eight_and_nine_are_not_safe(at: str, verdict: str) -> None:
    action = {"type": "call", "at": f"2026-09-02T{at}", "tz": "America/New_York"}
    assert said(changed(proposed_action=action)).verdict == verdict
