"""Why something is not permitted, for the person who asks: the sentence and the citation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from forbear import rulebooks
from forbear.compliance.citations import Bilingual, Citation
from forbear.compliance.scopes import Scope
from forbear.compliance.verdicts import NO_RULE
from forbear.contact.permission import INCONVENIENT, NO_THIRD_PERSONS, ON_HOLD, OPTED_OUT, STOPPED

_CONNECTED_CAP = "CN-GBT45251-FREQ-INTERACTIVE"
_UNANSWERED_CAP = "CN-CBA2026-FREQ6"
_NO_RULE_WORDS = Bilingual(
    "这一天没有任何规则生效，需由人确认后才能联系。",
    "No rule is in force on this day: a person must confirm before any contact.",
)


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


def daily_caps(on: date, scope: Scope) -> DailyCaps:
    """The caps a page prints beside the counts; read from the rulebooks, never held here."""

    def cap(rule_id: str) -> int | None:
        rule = rulebooks.rules_by_id()[rule_id]
        if not rule.reach.holds_on(on) or not rule.reach.covers(scope):
            return None
        return max(rule.numbers_on(on).values())

    return DailyCaps(cap(_CONNECTED_CAP), cap(_UNANSWERED_CAP))


_POLICY_WORDS = {
    NO_THIRD_PERSONS.rule_id: Bilingual(
        "机构政策：只联系借款人本人和依法承担责任的担保人，不联系第三人。",
        "The lender's own policy: only the borrower and a liable guarantor, never a third person.",
    ),
    ON_HOLD.rule_id: Bilingual(
        "机构政策：暂停期间不联系，答复本人的投诉或询问除外。",
        "The lender's own policy: no contact on hold, save to answer what the borrower asked.",
    ),
    OPTED_OUT.rule_id: Bilingual(
        "机构政策：本人已退订的渠道或号码不再使用。",
        "The lender's own policy: a channel or address opted out of is not used.",
    ),
    INCONVENIENT.rule_id: Bilingual(
        "本人约定：在本人说过不方便的时段不联系。",
        "The borrower's own choice: no contact at times they said are inconvenient.",
    ),
    STOPPED.rule_id: Bilingual(
        "机构政策：本人书面要求停止联系的，不再联系，答复本人的询问除外。",
        "The lender's own policy: after a written request to stop only questions are answered.",
    ),
}


def ground_of(rule_id: str, reason: str) -> Ground:
    """A rule's sentence and citation for a reason it gave."""
    if rule_id == NO_RULE.rule_id:
        return Ground(rule_id, reason, _NO_RULE_WORDS.zh, _NO_RULE_WORDS.en, None)
    if rule_id in _POLICY_WORDS:
        said = _POLICY_WORDS[rule_id]
        return Ground(rule_id, reason, said.zh, said.en, None)
    rule = rulebooks.rules_by_id().get(rule_id)
    if rule is None:
        return Ground(rule_id, reason, rule_id, rule_id, None)
    said = rule.collector_sentence
    return Ground(rule_id, reason, said.zh, said.en, rule.citation)
