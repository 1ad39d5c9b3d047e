"""Judging: which rules take part in a question, and what they say together.

The strictest wins and every reason stays. Soft rules (不应, 不宜) bind unless the lender's policy
lets them advise; hard ones (严禁, 不得) always bind. Rules that are off by default (unverified)
take part only when asked for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from forbear.compliance.citations import Strength
from forbear.compliance.columns import ColumnRule
from forbear.compliance.language import Parameters
from forbear.compliance.rules import Rule
from forbear.compliance.scalar import Decide
from forbear.compliance.scopes import Scope
from forbear.compliance.verdicts import (
    ALLOWED,
    NO_RULE,
    SEVERITY,
    Ground,
    Judgement,
    Ruling,
    Verdict,
)
from forbear.primitives.errors import RequestRefused

ALWAYS_BIND = frozenset({Strength.STRICTLY_PROHIBITED, Strength.MUST_NOT})


class PolicyTooWeak(RequestRefused):
    """A lender's policy would let a hard ban merely advise: nothing was changed."""

    code = "policy_too_weak"


@dataclass(frozen=True, slots=True)
class LenderPolicy:
    """Which strengths bind: all of them by default."""

    binding: frozenset[Strength] = frozenset(Strength)

    def __post_init__(self) -> None:
        if not self.binding >= ALWAYS_BIND:
            raise PolicyTooWeak(
                "严禁 and 不得 always bind; a policy may let only 不应 and 不宜 advise."
            )


ALL_BIND = LenderPolicy()


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """The rules of one matter that bind this lender on one day, ready to be asked."""

    on: date
    rules: tuple[Rule, ...]
    calls: tuple[tuple[str, Decide, Parameters, bool], ...]
    # What is answered when no rule stands in the way, made once.
    plain: Judgement

    @classmethod
    def of(cls, on: date, rules: tuple[Rule, ...], policy: LenderPolicy) -> "RulesInForce":
        """These rules with their numbers of the day."""
        calls = tuple(
            (r.id, r.decide, r.parameters_on(on), r.citation.strength in policy.binding)
            for r in rules
        )
        return cls(
            on, rules, calls, Judgement(Ruling.ALLOWED, (), asked=tuple(r.id for r in rules))
        )

    def judge(self, facts: object) -> Judgement:
        """The combined verdict. Facts must fit their kinds (`vocabulary.check`)."""
        answers = [
            (rule_id, verdict, binds)
            for rule_id, decide, parameters, binds in self.calls
            if (verdict := decide(facts, parameters)) is not ALLOWED
        ]
        if not answers and self.calls:
            return self.plain
        return _combined(answers, self.plain.asked)

    def column_rules(self) -> list[ColumnRule]:
        """The binding rules for columns."""
        return [
            rule.column_rule(on=self.on)
            for rule, call in zip(self.rules, self.calls, strict=True)
            if call[3]
        ]


def rules_in_force(
    rules: Iterable[Rule],
    facts: type[object],
    *,
    on: date,
    scope: Scope,
    include_disabled: bool = False,
    policy: LenderPolicy = ALL_BIND,
) -> RulesInForce:
    """The rules over `facts` that hold on `on` and cover `scope`, in the order of the books."""
    taking_part = tuple(
        rule
        for rule in rules
        if rule.vocabulary.facts is facts
        and (rule.is_enabled or include_disabled)
        and rule.reach.holds_on(on)
        and rule.reach.covers(scope)
    )
    return RulesInForce.of(on, taking_part, policy)


def _combined(answers: Sequence[tuple[str, Verdict, bool]], asked: tuple[str, ...]) -> Judgement:
    """The strictest of the answers that bind; refusals that merely advise stand apart."""
    if not asked:
        return Judgement(Ruling.NEEDS_REVIEW, (NO_RULE,))
    exceptions = [Ground(i, v) for i, v, _ in answers if v.ruling is Ruling.ALLOWED]
    standing = [(Ground(i, v), binds) for i, v, binds in answers if v.ruling is not Ruling.ALLOWED]
    grounds = [ground for ground, binds in standing if binds]
    rulings = [ground.verdict.ruling for ground in grounds]
    untils = [g.verdict.until_minute for g in grounds if g.verdict.ruling is Ruling.REFUSED]
    waits = [until for until in untils if until is not None]
    return Judgement(
        max(rulings, key=SEVERITY.__getitem__, default=Ruling.ALLOWED),
        tuple(grounds),
        tuple(ground for ground, binds in standing if not binds),
        tuple(exceptions),
        asked,
        max(waits) if waits and len(waits) == len(untils) else None,
    )


def judge(
    rules: Sequence[Rule],
    facts: object,
    *,
    on: date,
    scope: Scope,
    include_disabled: bool = False,
    policy: LenderPolicy = ALL_BIND,
) -> Judgement:
    """The combined verdict of every rule that applies; facts are checked at the door.

    Raises `FactOutOfKind` when a fact is missing or outside its declared range.
    """
    in_force = rules_in_force(
        rules, type(facts), on=on, scope=scope, include_disabled=include_disabled, policy=policy
    )
    for rule in in_force.rules[:1]:
        rule.vocabulary.check(facts)
    return in_force.judge(facts)
