"""Rules: one duty of one paragraph: its citation, whom it binds, and its function.

What the function decides lies in `rulebooks`; what the facts are is decided in `contact` and
`matters`; which rules take part in a question is decided in `judging`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from forbear.compliance.citations import Bilingual, Citation
from forbear.compliance.columns import ColumnAlgebra, ColumnRule
from forbear.compliance.explaining import Explanation, explained
from forbear.compliance.expressions import Tree
from forbear.compliance.fact_kinds import Vocabulary
from forbear.compliance.language import Parameters
from forbear.compliance.parameters import Parameter
from forbear.compliance.scalar import Decide
from forbear.compliance.scopes import Reach
from forbear.compliance.verdicts import Verdict
from forbear.compliance.words import rule_in_words


@dataclass(frozen=True, slots=True)
class RuleException:
    """What lifts a rule: the ban it excepts, and the record (with withdrawal) it rests on."""

    name: str
    excepts: str
    rests_on: str
    words: Bilingual


@dataclass(frozen=True, slots=True)
class Case:
    """A worked case of one rule: facts of a day and the verdict the law gives."""

    case_id: str
    name: str
    day: date
    rule_id: str
    facts: Mapping[str, Any]
    verdict: str
    reason: str | None
    until_minute: int | None
    exception: str | None
    file: str
    line: int


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A duty; equal only to itself, so that it can be a key."""

    id: str
    book_id: str
    topic: str
    citation: Citation
    reach: Reach
    collector_sentence: Bilingual
    borrower_sentence: Bilingual
    exceptions: Mapping[str, RuleException]
    not_formalised: str | None
    is_enabled: bool
    vocabulary: Vocabulary
    tree: Tree
    doc: str
    file: str
    line: int
    parameters: Mapping[str, Parameter]
    cases: tuple[Case, ...]
    decide: Decide = field(repr=False)

    def parameters_on(self, day: date) -> Parameters:
        """The numbers in force on `day`. Raises `ParameterFaulty` before the first."""
        return _parameters_on(self, day)

    def numbers_on(self, day: date) -> dict[str, int]:
        """The same as a mapping."""
        return {name: p.at(day) for name, p in self.parameters.items()}

    def verdict(self, facts: object, *, on: date) -> Verdict:
        """The rule's own answer with its parameters of that day."""
        return self.decide(facts, self.parameters_on(on))

    def explain(self, facts: object, *, on: date) -> Explanation:
        """The same answer with the tests that led to it."""
        return explained(self.id, self.tree, self.vocabulary.kinds, facts, self.numbers_on(on))

    def in_words(self, *, on: date) -> Bilingual:
        """The whole rule in plain words with the numbers of that day."""
        return rule_in_words(self.tree, self.vocabulary.kinds, self.numbers_on(on))

    def column_rule(self, *, on: date) -> ColumnRule:
        """The rule for columns with its numbers of that day."""
        algebra = ColumnAlgebra(self.vocabulary.kinds, self.numbers_on(on))
        return ColumnRule(self.id, self.tree, algebra)


@lru_cache(maxsize=20_000)
def _parameters_on(rule: Rule, day: date) -> Parameters:
    return Parameters(rule.numbers_on(day))
