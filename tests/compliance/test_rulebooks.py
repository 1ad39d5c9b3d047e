"""Every rulebook: its cases, its parameters, and what the engine refuses to load."""

import importlib
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from forbear import rulebooks
from forbear.compliance.citations import Citation, Confidence, SourceKind, Strength
from forbear.compliance.parameters import ParameterFaulty, read_parameters
from forbear.compliance.rules import RuleFaulty, judge, rule
from forbear.compliance.verdicts import Ruling, allowed, combined, needs_review, refused
from forbear.contact.channels import Channel
from forbear.contact.facts import ContactFacts

FOLDERS = sorted(p.parent for p in Path(rulebooks.__file__).parent.glob("*/cases"))
BY_ID = {r.id: r for r in rulebooks.RULES}


def cases() -> list[dict]:
    return [
        {**case, "book": folder.name}
        for folder in FOLDERS
        for path in sorted((folder / "cases").glob("*.yaml"))
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize("case", cases(), ids=lambda c: f"{c['rule']}:{c['id']}")
def test_worked_case(case: dict) -> None:
    facts = ContactFacts(**{**case["facts"], "channel": Channel(case["facts"]["channel"])})
    verdict = BY_ID[case["rule"]].verdict(facts, on=case["day"])
    assert verdict.ruling == case["verdict"]
    assert verdict.until_minute == case.get("until_minute")


def test_every_rule_has_cases_of_both_outcomes() -> None:
    outcomes = {(c["rule"], c["verdict"]) for c in cases()}
    missing = [
        (r.id, v)
        for r in rulebooks.RULES
        for v in ("allowed", "refused")
        if (r.id, v) not in outcomes
    ]
    assert missing == []


def test_every_rule_has_its_column_twin_and_a_sentence_in_both_languages() -> None:
    assert set(rulebooks.COLUMN_RULES) == set(BY_ID)
    assert all(r.sentence_zh and r.sentence_en for r in rulebooks.RULES)


def outcomes(book: str) -> list[tuple[str, int | None]]:
    made = []
    for case in cases():
        if case["book"] == book:
            told = {**case["facts"], "channel": Channel(case["facts"]["channel"])}
            verdict = BY_ID[case["rule"]].verdict(ContactFacts(**told), on=case["day"])
            made.append((verdict.ruling.value, verdict.until_minute))
    return made


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda p: p.name)
def test_each_parameter_turns_a_case(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting nothing reads is a false statement: move each by one and some case must turn."""
    parameters = importlib.import_module(f"forbear.rulebooks.{folder.name}.instrument").PARAMETERS
    before = outcomes(folder.name)
    unread = []
    for name, parameter in list(parameters.items()):
        turned = False
        for step in (1, -1):
            values = tuple(replace(v, value=v.value + step) for v in parameter.values)
            with monkeypatch.context() as patch:
                patch.setitem(parameters, name, replace(parameter, values=values))
                turned |= outcomes(folder.name) != before
        if not turned:
            unread.append(name)
    assert unread == []


def test_a_rule_binds_only_whom_it_binds_and_only_when_in_force() -> None:
    night = BY_ID["CN-CBA2026-HOURS"]
    assert night.applies(on=date(2026, 1, 30), lender_kind="bank")
    assert not night.applies(on=date(2026, 1, 29), lender_kind="bank")
    assert not night.applies(on=date(2026, 3, 1), lender_kind="microloan")


def test_a_microlender_at_night_is_stopped_by_the_standard_alone() -> None:
    facts = ContactFacts(channel=Channel.SMS, local_minute=1350)
    made = judge(rulebooks.RULES, facts, on=date(2026, 3, 10), lender_kind="microloan")
    assert made.ruling is Ruling.REFUSED
    assert [g.rule_id for g in made.grounds] == ["CN-GBT45251-HOURS"]


def test_the_strictest_verdict_wins_and_every_reason_stays() -> None:
    made = combined([("a", needs_review("unknown")), ("b", allowed()), ("c", refused("night"))])
    assert made.ruling is Ruling.REFUSED
    assert [(g.rule_id, g.verdict.reason) for g in made.grounds] == [
        ("a", "unknown"),
        ("c", "night"),
    ]


def test_without_any_rule_in_force_a_person_decides() -> None:
    facts = ContactFacts(channel=Channel.SMS, local_minute=600)
    made = judge(rulebooks.RULES, facts, on=date(2017, 3, 31), lender_kind="bank")
    assert made.ruling is Ruling.NEEDS_REVIEW
    assert made.grounds[0].rule_id == "NO-RULE-IN-FORCE"


def citation(**told: str) -> Citation:
    return Citation(
        instrument="x",
        article="1",
        quote=told.get("quote", "words"),
        source=told.get("source", "seen"),
        source_kind=SourceKind.LAW,
        strength=Strength.MUST_NOT,
        confidence=Confidence.UNVERIFIED,
    )


@pytest.mark.parametrize(
    "fault",
    [
        {"citation": citation(quote="")},
        {"citation": citation(source="")},
        {"sentence_zh": ""},
        {"in_force_until": date(2020, 1, 1)},
    ],
)
def test_a_rule_without_what_must_stand_with_it_does_not_load(fault: dict) -> None:
    given = {
        "id": "x",
        "citation": citation(),
        "in_force_from": date(2026, 1, 1),
        "binds": ["bank"],
        "sentence_zh": "一句",
        "sentence_en": "one",
        "parameters": lambda day: None,
    }
    with pytest.raises(RuleFaulty):
        rule(**{**given, **fault})


@pytest.mark.parametrize(
    "text",
    [
        "cap: { unit: calls, values: [{ value: 3, source: x, last_checked: 2026-01-01 }] }",
        "cap: { values: [{ from: 2026-01-01, value: 3, source: x, last_checked: 2026-01-01 }] }",
        "cap: { unit: calls, values: [] }",
        "cap: { unit: calls, values: [{ from: 2026-01-01, value: 3, last_checked: 2026-01-01 }] }",
    ],
)
def test_a_parameter_without_date_unit_or_source_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ParameterFaulty, match=r"p\.yaml: cap"):
        read_parameters(path)


def test_a_parameter_has_no_value_before_its_first_day() -> None:
    path = FOLDERS[0] / "parameters" / "contact.yaml"
    parameter = next(iter(read_parameters(path).values()))
    with pytest.raises(ParameterFaulty):
        parameter.at(date(2000, 1, 1))


def test_contact_facts_name_no_third_person() -> None:
    names = {f.name for f in fields(ContactFacts)}
    assert not any(w in n for n in names for w in ("relative", "colleague", "employer", "contact_"))
