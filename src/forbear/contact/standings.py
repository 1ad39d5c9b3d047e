"""How every rule of a jurisdiction stands to one contact: hit, passed, or not asked, and why not.

`permission` says what the rules answer together; this page lists them one by one, also those that
took no part, so that a reader sees the whole law that was considered and nothing is left out
silently.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from forbear.compliance.explaining import Explanation
from forbear.compliance.expressions import facts_named
from forbear.compliance.judging import RulesInForce
from forbear.compliance.rules import Rule
from forbear.compliance.scopes import AGENCY, Scope
from forbear.compliance.verdicts import Ruling
from forbear.contact.facts import ContactFacts


class Standing(StrEnum):
    """What a rule said, or why it was not asked."""

    REFUSES = "refuses"
    NEEDS_REVIEW = "needs_review"
    ADVISES = "advises"  # would refuse; the lender's policy lets this strength advise
    EXCEPTED = "excepted"  # lifted by one of its exceptions
    PASSES = "passes"
    NOT_YET = "not_yet"
    NO_LONGER = "no_longer"
    OFF = "off"  # unverified or a draft: takes part only when asked for
    OTHER_LENDER = "other_lender"
    OTHER_PRODUCT = "other_product"
    NOT_A_MEMBER = "not_a_member"


ASKED = frozenset(
    {
        Standing.REFUSES,
        Standing.NEEDS_REVIEW,
        Standing.ADVISES,
        Standing.EXCEPTED,
        Standing.PASSES,
    }
)


@dataclass(frozen=True, slots=True)
class RuleStanding:
    """One rule: `explanation` is there exactly when it was asked."""

    rule: Rule
    standing: Standing
    explanation: Explanation | None


def standings(
    rules: Iterable[Rule], facts: ContactFacts, in_force: RulesInForce, scope: Scope
) -> tuple[RuleStanding, ...]:
    """Every contact rule of the jurisdiction in the order of the books."""
    binding = {rule_id: binds for rule_id, _, _, binds in in_force.calls}
    found = []
    for rule in rules:
        if rule.vocabulary.facts is not ContactFacts or not rule.reach.is_of(scope.jurisdiction):
            continue
        if rule.id not in binding:
            found.append(RuleStanding(rule, _why_not(rule, in_force.on, scope), None))
            continue
        explanation = rule.explain(facts, on=in_force.on)
        found.append(RuleStanding(rule, _said(explanation, binding[rule.id]), explanation))
    return tuple(found)


def facts_read(rules: Iterable[Rule]) -> frozenset[str]:
    """The names of all facts that some of these rules look at."""
    return frozenset(name for rule in rules for name in facts_named(rule.tree))


def _why_not(rule: Rule, on: date, scope: Scope) -> Standing:
    """The first reason that keeps a rule out; its dates come before whom it binds."""
    reach = rule.reach
    if on < reach.from_on:
        return Standing.NOT_YET
    if not reach.holds_on(on):
        return Standing.NO_LONGER
    if scope.lender_kind not in reach.binds and not (
        scope.actor == AGENCY and AGENCY in reach.binds
    ):
        return Standing.OTHER_LENDER
    if reach.products and scope.product is not None and scope.product not in reach.products:
        return Standing.OTHER_PRODUCT
    if reach.membership is not None and reach.membership not in scope.memberships:
        return Standing.NOT_A_MEMBER
    return Standing.OFF


def _said(explanation: Explanation, binds: bool) -> Standing:
    verdict = explanation.verdict
    if verdict.ruling is Ruling.ALLOWED:
        return Standing.PASSES if verdict.exception is None else Standing.EXCEPTED
    if not binds:
        return Standing.ADVISES
    return Standing.REFUSES if verdict.ruling is Ruling.REFUSED else Standing.NEEDS_REVIEW
