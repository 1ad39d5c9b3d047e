"""The explicit rules of wording: read from `screening_rules.yaml`, held to linear time, compiled once.

A rule that could loop without bound, cites nothing or names an unknown kind stops the loading: a
screen with a faulty rule is worse than none, because it is believed.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from typing import Any

import yaml

from forbear.compliance.citations import Bilingual
from forbear.contact.wording.errors import RulesFaulty
from forbear.contact.wording.facts import Case, Direction, Language
from forbear.contact.wording.patterns import QuickPattern, quick_pattern


class Kind(StrEnum):
    """What is wrong with a stretch of text."""

    THREAT = "threat"
    INSULT = "insult"
    FALSE_CONSEQUENCE = "false_consequence"
    IMPERSONATION = "impersonation"
    THIRD_PARTY = "third_party"
    FALSE_URGENCY = "false_urgency"
    DISCLOSURE = "disclosure"
    BORROW_TO_REPAY = "borrow_to_repay"
    EXTRA_FEE = "extra_fee"
    WRONG_AMOUNT = "wrong_amount"
    WRONG_FACT = "wrong_fact"
    UNTRUE_LEGAL_CLAIM = "untrue_legal_claim"
    PERSONAL_DATA = "personal_data"
    PRESSURE = "pressure"  # the linear model's word, never a rule's
    NO_LENDER = "no_lender"
    NO_HELP = "no_help"
    HARD_TO_READ = "hard_to_read"


KIND_WORDS: Mapping[Kind, Bilingual] = {
    Kind.THREAT: Bilingual(zh="威胁", en="threat"),
    Kind.INSULT: Bilingual(zh="侮辱羞辱", en="insult"),
    Kind.FALSE_CONSEQUENCE: Bilingual(zh="虚假后果", en="false consequence"),
    Kind.IMPERSONATION: Bilingual(zh="冒充身份", en="impersonation"),
    Kind.THIRD_PARTY: Bilingual(zh="提及第三人", en="third person"),
    Kind.FALSE_URGENCY: Bilingual(zh="虚假紧迫", en="false urgency"),
    Kind.DISCLOSURE: Bilingual(zh="泄露债务", en="debt disclosed"),
    Kind.BORROW_TO_REPAY: Bilingual(zh="诱导借新还旧", en="borrowing to repay"),
    Kind.EXTRA_FEE: Bilingual(zh="额外费用", en="extra fee"),
    Kind.WRONG_AMOUNT: Bilingual(zh="金额不符", en="wrong amount"),
    Kind.WRONG_FACT: Bilingual(zh="事实不符", en="wrong fact"),
    Kind.UNTRUE_LEGAL_CLAIM: Bilingual(zh="不实法律主张", en="untrue legal claim"),
    Kind.PERSONAL_DATA: Bilingual(zh="第三人信息", en="another person's data"),
    Kind.PRESSURE: Bilingual(zh="语气施压", en="pressing tone"),
    Kind.NO_LENDER: Bilingual(zh="缺机构名", en="lender not named"),
    Kind.NO_HELP: Bilingual(zh="缺求助方式", en="no way to get help"),
    Kind.HARD_TO_READ: Bilingual(zh="过长难读", en="hard to read"),
}


class Severity(StrEnum):
    """What a finding does to an outgoing text."""

    BLOCK = "block"  # it does not leave
    PERSON = "person"  # a person decides
    ADVISE = "advise"  # it may leave, better words are shown


class Condition(StrEnum):
    """When a rule speaks."""

    ALWAYS = "always"
    LITIGATION_UNTRUE = "litigation_untrue"
    RIGHT_PARTY_UNVERIFIED = "right_party_unverified"

    def holds(self, about: Case, /) -> bool:
        match self:
            case Condition.LITIGATION_UNTRUE:
                return not about.may_speak_of_suing
            case Condition.RIGHT_PARTY_UNVERIFIED:
                return not about.is_right_party_verified
            case _:
                return True


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningRule:
    """One explicit rule; `language` None reads texts of every language."""

    id: str
    kind: Kind
    severity: Severity
    language: Language | None
    directions: frozenset[Direction]
    condition: Condition
    patterns: tuple[QuickPattern, ...]
    excepts: tuple[QuickPattern, ...]
    why: Bilingual
    citations: tuple[str, ...]
    suggestion: Bilingual | None

    def speaks(self, about: Case, direction: Direction, languages: frozenset[Language]) -> bool:
        """Whether this rule reads a text of this direction and language about this case."""
        if direction not in self.directions or not self.condition.holds(about):
            return False
        return self.language is None or self.language in languages

    def found_in(self, plain: str, grams: frozenset[str], /) -> list[tuple[int, int]]:
        """Where it matches, without what an exception covers wholly."""
        spans: list[tuple[int, int]] = []
        for pattern in self.patterns:
            spans += pattern.spans(plain, grams)
        if not spans:
            return []
        spared = [span for pattern in self.excepts for span in pattern.spans(plain, grams)]
        return _not_covered(sorted(set(spans)), sorted(spared))


def _not_covered(
    spans: list[tuple[int, int]], spared: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """The spans that lie wholly inside none of the spared ones; both sorted."""
    kept: list[tuple[int, int]] = []
    furthest, at = -1, 0
    for start, end in spans:
        while at < len(spared) and spared[at][0] <= start:
            furthest = max(furthest, spared[at][1])
            at += 1
        if end > start and end > furthest:
            kept.append((start, end))
    return kept


@functools.cache
def screening_rules() -> tuple[ScreeningRule, ...]:
    """The house's rules, in the order of the file."""
    text = resources.files(__package__).joinpath("screening_rules.yaml")
    return read_rules(text.read_text(encoding="utf-8"))


def read_rules(text: str, /) -> tuple[ScreeningRule, ...]:
    """Rules from YAML. Raises `RulesFaulty` naming the rule and what is wrong with it."""
    told = yaml.safe_load(text)
    words: dict[str, str] = told["words"]
    frames = _excepts(told.get("frames", ()), words)
    mentions = _excepts(told.get("mention_frames", ()), words)
    made = tuple(_rule(one, words, frames, mentions) for one in told["rules"])
    ids = [one.id for one in made]
    if len(set(ids)) != len(ids):
        raise RulesFaulty("Screening rules: an id stands twice. Give each rule its own.")
    return made


def _excepts(told: Iterable[str], words: Mapping[str, str]) -> tuple[QuickPattern, ...]:
    try:
        return tuple(quick_pattern(one, words, reaches_far=True) for one in told)
    except ValueError as fault:
        raise RulesFaulty(f"A frame of the screening rules: {fault}. None is used.") from None


def _rule(
    told: Mapping[str, Any],
    words: Mapping[str, str],
    frames: tuple[QuickPattern, ...],
    mentions: tuple[QuickPattern, ...],
) -> ScreeningRule:
    """A rule as the file tells it, with the frames every rule has that does not refuse them.

    `mentions` spare only what would go to a person.
    """
    where = str(told.get("id", "(without id)"))
    try:
        language = None if told["language"] == "any" else Language(told["language"])
        directions = told.get("directions", ["outgoing", "transcript"])
        suggestion = told.get("suggestion")
        severity = Severity(told.get("severity", "block"))
        framed = frames + (mentions if severity is Severity.PERSON else ())
        rule = ScreeningRule(
            id=where,
            kind=Kind(told["kind"]),
            severity=severity,
            language=language,
            directions=frozenset(Direction(one) for one in directions),
            condition=Condition(told.get("when", "always")),
            patterns=tuple(quick_pattern(one, words) for one in told["patterns"]),
            excepts=tuple(
                quick_pattern(one, words, reaches_far=True) for one in told.get("except", ())
            )
            + (framed if told.get("framed", True) else ()),
            why=Bilingual(**told["why"]),
            citations=tuple(told["citations"]),
            suggestion=None if suggestion is None else Bilingual(**suggestion),
        )
    except (KeyError, TypeError, ValueError) as fault:
        raise RulesFaulty(f"Screening rule {where}: {fault}. The rule is not used.") from None
    if not rule.citations:
        raise RulesFaulty(f"Screening rule {where} cites nothing. Name the rule it rests on.")
    return rule
