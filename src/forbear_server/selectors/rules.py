"""Why something is not permitted, for the person who asks: the sentence and the citation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from forbear.compliance.citations import Citation
from forbear.rulebooks import RULES

_BY_ID = {rule.id: rule for rule in RULES}
# No rule of any book binds that day: the gate asks for a person, it never allows.
_NO_RULE = "NO-RULE-IN-FORCE"


_CONNECTED_CAP = "CN-GBT45251-FREQ-INTERACTIVE"
_UNANSWERED_CAP = "CN-CBA2026-FREQ6"


@dataclass(frozen=True, slots=True)
class DailyCaps:
    """How many calls a day the law leaves; None where no rule in force says."""

    connected: int | None
    unanswered: int | None


@dataclass(frozen=True, slots=True)
class Ground:
    """One rule that stands against it; `sentence` in both languages, `reason` its stable code."""

    rule_id: str
    reason: str
    sentence_zh: str
    sentence_en: str
    citation: Citation | None


def grounds_of(reasons: Iterable[Mapping[str, str]]) -> list[Ground]:
    """The rules behind a stored verdict; one no longer shipped keeps its id."""
    return [ground_of(one["rule_id"], one["reason"]) for one in reasons]


def daily_caps(on: date, lender_kind: str) -> DailyCaps:
    """The caps a page prints beside the counts; read from the rulebooks, never held here."""

    def cap(rule_id: str, name: str) -> int | None:
        rule = _BY_ID[rule_id]
        if not rule.applies(on=on, lender_kind=lender_kind):
            return None
        return int(getattr(rule.parameters(on), name))

    return DailyCaps(cap(_CONNECTED_CAP, "calls_a_day"), cap(_UNANSWERED_CAP, "attempts_a_day"))


def ground_of(rule_id: str, reason: str) -> Ground:
    if rule_id == _NO_RULE:
        return Ground(
            rule_id,
            reason,
            "这一天没有任何规则生效，需由人确认后才能联系。",
            "No rule is in force on this day: a person must confirm before any contact.",
            None,
        )
    rule = _BY_ID.get(rule_id)
    if rule is None:
        return Ground(rule_id, reason, rule_id, rule_id, None)
    return Ground(rule_id, reason, rule.sentence_zh, rule.sentence_en, rule.citation)
