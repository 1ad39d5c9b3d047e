"""Why something is not permitted, for the person who asks: the sentence and the citation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from forbear.compliance.citations import Citation
from forbear.rulebooks import RULES

_BY_ID = {rule.id: rule for rule in RULES}


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


def ground_of(rule_id: str, reason: str) -> Ground:
    rule = _BY_ID.get(rule_id)
    if rule is None:
        return Ground(rule_id, reason, rule_id, rule_id, None)
    return Ground(rule_id, reason, rule.sentence_zh, rule.sentence_en, rule.citation)
