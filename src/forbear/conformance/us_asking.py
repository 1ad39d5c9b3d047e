"""Asks the rules of the United States books, one at a time, about one case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from forbear.compliance.judging import judge
from forbear.compliance.rulebook import Rulebook
from forbear.compliance.scopes import Scope
from forbear.compliance.verdicts import ALLOWED, Ruling, Verdict
from forbear.conformance.answers import Answer

SCOPE = Scope(jurisdiction="US", lender_kind="assignee", actor="outsourced_agency")
BOOK = "US-REGF"
# Words of a case file for the reasons of our rules that are called otherwise.
REASONS = {
    "before_eight": "outside_8am_9pm",
    "after_nine": "outside_8am_9pm",
    "debt_stated": "location_call_content",
    "postcard": "location_call_content",
    "employer_named": "location_call_content",
    "asked_before": "location_call_frequency",
    "hidden_collector": "false_representation",
    "false_profile": "false_representation",
    "untraceable_name": "false_representation",
    "not_disclosed": "missing_collector_disclosure",
    "other_language": "missing_collector_disclosure",
    "visible_to_others": "social_media_public",
    "parking_wait": "parking_no_monitoring",
    "lien_without_notice": "transfer_ban",
    "direction_not_followed": "disputed_debt_payment",
    "not_where_property_lies": "venue",
    "neither_signed_nor_residing": "venue",
    "collection_not_ended": "retention",
    "itemization_date_not_eligible": "itemization_date_inconsistent",
}


@dataclass(slots=True)
class Desk:
    """The books, the day, and which rules were asked so far."""

    books: Sequence[Rulebook]
    on: date
    asked: list[str] = field(default_factory=list)

    def ask(self, rule_id: str, facts: object) -> Verdict:
        """What one rule says about the facts, off-by-default rules included."""
        rules = [rule for book in self.books for rule in book.rules if rule.id == rule_id]
        if not rules:
            raise LookupError(f"No rule {rule_id} in the books given: pass every loaded book.")
        self.asked.append(rule_id)
        judgement = judge(rules, facts, on=self.on, scope=SCOPE, include_disabled=True)
        for ground in (*judgement.grounds, *judgement.advice, *judgement.exceptions):
            return ground.verdict
        return ALLOWED

    def number(self, name: str) -> int:
        """A number of the book that only counting reads."""
        for book in self.books:
            if book.head.book_id == BOOK:
                return book.parameter(name).at(self.on)
        raise LookupError(f"The book {BOOK} was not given: pass every loaded book.")

    def permit_or_deny(self, *questions: tuple[str, object]) -> Answer:
        """`deny` with the reason of the first rule that objects, else `permit`."""
        for rule_id, facts in questions:
            verdict = self.ask(rule_id, facts)
            if verdict.ruling is not Ruling.ALLOWED:
                return self.denied(rule_id, verdict)
        return Answer("permit", tuple(dict.fromkeys(self.asked)))

    def denied(self, rule_id: str, verdict: Verdict) -> Answer:
        """`deny` for the verdict of a rule."""
        return Answer(
            "deny", (rule_id,), {"reason": reason_of(verdict)}, (), said(rule_id, verdict)
        )

    def safe_harbor(self, *questions: tuple[str, object]) -> Answer:
        """`safe_harbor` when every rule allows, else `no_safe_harbor`."""
        for rule_id, facts in questions:
            verdict = self.ask(rule_id, facts)
            if verdict.ruling is not Ruling.ALLOWED:
                return Answer("no_safe_harbor", (rule_id,), {}, (), said(rule_id, verdict))
        return Answer("safe_harbor", tuple(dict.fromkeys(self.asked)))


def reason_of(verdict: Verdict) -> str:
    """The case file's word for the reason of a verdict."""
    return REASONS.get(verdict.reason or "", verdict.reason or "")


def said(rule_id: str, verdict: Verdict) -> str:
    """One line for the reader: which rule, which branch."""
    return f"{rule_id}: {verdict.ruling.value} ({verdict.reason or verdict.exception})"


def with_values(answer: Answer, values: Mapping[str, Any]) -> Answer:
    """The same answer with further values."""
    return Answer(
        answer.verdict,
        answer.rule_ids,
        {**answer.values, **values},
        answer.requires,
        answer.explanation,
    )
