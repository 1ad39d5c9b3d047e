"""Runs a file of worked cases (law/cases_*.json or any file of those schemas) over the books.

What a case means lies in `cn_cases` and `us_cases`; here a file is read, each case is handed to
the reader of its jurisdiction, and the answer is held against what the case expects.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forbear.compliance.rulebook import Rulebook
from forbear.conformance import cn_cases, us_cases
from forbear.conformance.answers import Answer, CaseUnreadable
from forbear.primitives.errors import RequestRefused

KNOWN_SCHEMA = 1
Reader = Callable[[Mapping[str, Any], Sequence[Rulebook]], Answer]
READERS: Mapping[str, Reader] = {"CN": cn_cases.run_case, "US": us_cases.run_case}


class CaseFileFaulty(RequestRefused):
    """A case file cannot be read at all: says where; no case was run."""

    code = "case_file_faulty"


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case: what was expected, what the engine said, and why."""

    case_id: str
    expected: str
    verdict: str
    passed: bool
    rule_ids: tuple[str, ...]
    values: Mapping[str, Any]
    requires: tuple[str, ...]
    explanation: str
    missing: tuple[str, ...] = field(default=())


def read_case_file(path: Path) -> list[Mapping[str, Any]]:
    """The cases of a file. Raises `CaseFileFaulty` with the place and what to do."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise CaseFileFaulty(
            f"{path.name}:{error.lineno}:{error.colno}: not JSON ({error.msg}); correct it there."
        ) from error
    except UnicodeDecodeError as error:
        raise CaseFileFaulty(
            f"{path.name}: not UTF-8 at byte {error.start}; save as UTF-8."
        ) from error
    if not isinstance(held, dict) or not isinstance(held.get("cases"), list):
        raise CaseFileFaulty(f"{path.name}: needs an object with schema_version and cases[].")
    if held.get("schema_version") != KNOWN_SCHEMA:
        raise CaseFileFaulty(
            f"{path.name}: schema_version {held.get('schema_version')!r} is not {KNOWN_SCHEMA}."
        )
    seen: set[str] = set()
    for number, case in enumerate(held["cases"]):
        if not isinstance(case, dict) or not {"id", "scenario", "expected"} <= case.keys():
            raise CaseFileFaulty(f"{path.name}: cases[{number}] needs id, scenario, expected.")
        _check_shape(path.name, number, case)
        if case["id"] in seen:
            raise CaseFileFaulty(f"{path.name}: cases[{number}]: {case['id']} stands twice.")
        seen.add(case["id"])
    return list(held["cases"])


def _check_shape(file: str, number: int, case: Mapping[str, Any]) -> None:
    """Scenario and expectation are objects; rule ids and requirements lists of words."""
    expected = case["expected"]
    wrong = [name for name in ("scenario", "expected") if not isinstance(case[name], dict)]
    if not wrong:
        for name in ("rule_ids", "requires"):
            held = expected.get(name) or []
            if not isinstance(held, list) or not all(isinstance(w, str) for w in held):
                wrong.append(f"expected.{name}")
        if not isinstance(expected.get("values") or {}, dict):
            wrong.append("expected.values")
    if wrong or not isinstance(case["id"], str):
        raise CaseFileFaulty(
            f"{file}: cases[{number}]: {', '.join(wrong) or 'id'} is not of the documented shape."
        )


def run_cases(
    cases: Sequence[Mapping[str, Any]], books: Sequence[Rulebook]
) -> Iterator[CaseResult]:
    """Each case run and held against its expectation, in the order of the file."""
    for case in cases:
        yield _result(case, books)


def _result(case: Mapping[str, Any], books: Sequence[Rulebook]) -> CaseResult:
    expected = case["expected"]
    case_id = str(case["id"])
    place = case.get("jurisdiction") or case["scenario"].get("jurisdiction")
    try:
        reader = READERS.get(str(place))
        if reader is None:
            raise CaseUnreadable(case_id, "jurisdiction", f"{place!r} is none of CN, US")
        answer = reader(case, books)
    except CaseUnreadable as refused:
        return CaseResult(
            case_id, str(expected.get("verdict")), "unreadable", False, (), {}, (), str(refused)
        )
    missing = tuple(_missing(expected, answer))
    return CaseResult(
        case_id=case_id,
        expected=str(expected.get("verdict")),
        verdict=answer.verdict,
        passed=not missing,
        rule_ids=answer.rule_ids,
        values=answer.values,
        requires=answer.requires,
        explanation=answer.explanation,
        missing=missing,
    )


def _missing(expected: Mapping[str, Any], answer: Answer) -> Iterator[str]:
    """What the answer lacks of the expectation; nothing means that the case passes."""
    verdict = expected.get("verdict")
    if verdict != "compute" and answer.verdict != verdict:
        yield f"verdict {verdict}"
    cited = expected.get("rule_ids") or ()
    if verdict == "deny" and cited and not set(cited) & set(answer.rule_ids):
        yield f"one of {', '.join(cited)}"
    for name, value in (expected.get("values") or {}).items():
        if name not in answer.values or not _equal(answer.values[name], value):
            yield f"{name} = {json.dumps(value, ensure_ascii=False)}"
    for one in expected.get("requires") or ():
        if one not in answer.requires:
            yield f"requires {one}"


def _equal(got: Any, want: Any) -> bool:
    """Equal as JSON: tuples are lists, and order matters in lists only."""
    return bool(json.dumps(got, sort_keys=True) == json.dumps(want, sort_keys=True))
