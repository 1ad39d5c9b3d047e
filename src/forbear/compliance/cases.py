"""Cases of a rulebook: facts of a day and the verdict the law gives, readable by a lawyer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from forbear.compliance.fact_kinds import FactOutOfKind
from forbear.compliance.rules import Case, Rule
from forbear.compliance.source_checks import Fault
from forbear.compliance.verdicts import Ruling, Verdict

CASE_KEYS = frozenset(
    ["id", "name", "day", "rule", "facts", "verdict", "reason", "until_minute", "exception"]
)
NEEDED = ("id", "name", "day", "rule", "facts", "verdict")


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """A case run: what the rule answered and whether it is what the law gives."""

    case: Case
    got: Verdict
    passed: bool


def cases_of(path: Path, file: str, faults: list[Fault]) -> Iterator[Case]:
    """The cases of one file; a fault is added for each that cannot be read."""
    text = path.read_text(encoding="utf-8")
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        listed = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        faults.append(Fault(file, 1, 1, f"cannot be read as YAML: {error}", "correct the syntax"))
        return
    if not isinstance(listed, list) or not isinstance(node, yaml.SequenceNode):
        faults.append(Fault(file, 1, 1, "is not a list of cases", "write - { id: …, … }"))
        return
    for body, at in zip(listed, node.value, strict=True):
        line = at.start_mark.line + 1
        problem = _problem(body)
        if problem:
            faults.append(Fault(file, line, 1, problem, f"a case has {', '.join(NEEDED)}"))
            continue
        yield Case(
            case_id=str(body["id"]),
            name=str(body["name"]),
            day=body["day"],
            rule_id=str(body["rule"]),
            facts=body["facts"] or {},
            verdict=body["verdict"],
            reason=body.get("reason"),
            until_minute=body.get("until_minute"),
            exception=body.get("exception"),
            file=file,
            line=line,
        )


def run_case(rule: Rule, case: Case) -> CaseOutcome:
    """Asks the rule about the case. Raises `FactOutOfKind` or `TypeError` for impossible facts."""
    facts = facts_of(rule, case)
    got = rule.verdict(facts, on=case.day)
    passed = (
        got.ruling.value == case.verdict
        and (case.reason is None or got.reason == case.reason)
        and (case.until_minute is None or got.until_minute == case.until_minute)
        and (case.exception is None or got.exception == case.exception)
    )
    return CaseOutcome(case, got, passed)


def facts_of(rule: Rule, case: Case) -> object:
    """The facts of a case: what it says, everything else neutral."""
    facts = rule.vocabulary.facts(**case.facts)
    rule.vocabulary.check(facts)
    return facts


def unanswerable(rule: Rule) -> Iterator[Fault]:
    """Cases whose facts the rule's vocabulary does not have, or on days without the rule."""
    for case in rule.cases:
        try:
            facts_of(rule, case)
        except (FactOutOfKind, TypeError) as error:
            yield Fault(
                case.file, case.line, 1, f"case {case.case_id}: {error}", "correct the facts"
            )
            continue
        if not rule.reach.holds_on(case.day):
            yield Fault(
                case.file,
                case.line,
                1,
                f"case {case.case_id}: {rule.id} is not in force on {case.day}",
                "choose a day on which it is",
            )


def _problem(body: Any) -> str | None:
    if not isinstance(body, dict):
        return "is not a mapping"
    missing = [key for key in NEEDED if key not in body]
    if missing:
        return f"{', '.join(missing)} missing"
    unknown = sorted(str(key) for key in body if key not in CASE_KEYS)
    if unknown:
        return f"{', '.join(unknown)}: no such key"
    if type(body["day"]) is not date:
        return f"day {body['day']!r} is not a date"
    if body["verdict"] not in {r.value for r in Ruling}:
        return f"verdict {body['verdict']!r} is none of {', '.join(Ruling)}"
    return None
