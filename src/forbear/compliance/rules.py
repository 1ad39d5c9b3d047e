"""Rules: one duty of one paragraph, as a plain function with its citation.

A rule takes frozen facts and its parameters and returns a `Verdict`; it reads nothing else.
Which rules apply to a contact (in force that day, binding that kind of lender) is decided
here; what the facts are is decided in `contact`; the rules themselves lie in `rulebooks`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from forbear.compliance.citations import Citation
from forbear.compliance.verdicts import Judgement, Verdict, combined
from forbear.primitives.errors import RequestRefused

# A rule's parameters are a frozen dataclass of its own; facts are one of `contact`.
Decide = Callable[[Any, Any], Verdict]


class RuleFaulty(RequestRefused):
    """A rule that must not be relied on: no citation, no sentence, or dates that run back."""

    code = "rule_faulty"


@dataclass(frozen=True, slots=True)
class Rule:
    """A duty: who is bound, from when until when, on what text it rests, and its function."""

    id: str
    citation: Citation
    in_force_from: date
    in_force_until: date | None
    binds: frozenset[str]
    sentence_zh: str
    sentence_en: str
    parameters: Callable[[date], Any]
    decide: Decide = field(repr=False)

    def applies(self, *, on: date, lender_kind: str) -> bool:
        """Whether the rule is in force on `on` and binds this kind of lender."""
        has_begun = self.in_force_from <= on
        has_ended = self.in_force_until is not None and on >= self.in_force_until
        return has_begun and not has_ended and lender_kind in self.binds

    def verdict(self, facts: object, *, on: date) -> Verdict:
        """The rule's own answer with its parameters of that day."""
        return self.decide(facts, self.parameters(on))


def rule(
    *,
    id: str,
    citation: Citation,
    in_force_from: date,
    binds: Iterable[str],
    sentence_zh: str,
    sentence_en: str,
    parameters: Callable[[date], Any],
    in_force_until: date | None = None,
) -> Callable[[Decide], Rule]:
    """Declare a function as a rule; raises `RuleFaulty` when what must stand with it is missing."""
    if not citation.quote or not citation.source:
        raise RuleFaulty(f"{id}: a rule needs the words of the law and where they were seen.")
    if not sentence_zh or not sentence_en:
        raise RuleFaulty(f"{id}: a rule needs its plain sentence in Chinese and English.")
    if in_force_until is not None and in_force_until <= in_force_from:
        raise RuleFaulty(f"{id}: in force until {in_force_until} but from {in_force_from}.")

    def declared(decide: Decide) -> Rule:
        return Rule(
            id=id,
            citation=citation,
            in_force_from=in_force_from,
            in_force_until=in_force_until,
            binds=frozenset(binds),
            sentence_zh=sentence_zh,
            sentence_en=sentence_en,
            parameters=parameters,
            decide=decide,
        )

    return declared


def judge(rules: Iterable[Rule], facts: object, *, on: date, lender_kind: str) -> Judgement:
    """The combined verdict of every rule that applies on `on` to `lender_kind`."""
    return combined(
        (r.id, r.verdict(facts, on=on)) for r in rules if r.applies(on=on, lender_kind=lender_kind)
    )
