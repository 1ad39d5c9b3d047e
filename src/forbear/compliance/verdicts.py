"""Verdicts: what a rule answers, and how answers combine.

The strictest wins and every reason stays: refused over needs review over allowed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Ruling(StrEnum):
    """The three answers; unknown facts lead to `NEEDS_REVIEW`, never to `ALLOWED`."""

    ALLOWED = "allowed"
    NEEDS_REVIEW = "needs_review"
    REFUSED = "refused"


SEVERITY = {Ruling.ALLOWED: 0, Ruling.NEEDS_REVIEW: 1, Ruling.REFUSED: 2}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule's answer.

    `reason` is the code of the branch; `until_minute`, when known, is the minute of the local
    day (1440 is the next midnight) at which to ask again.
    """

    ruling: Ruling
    reason: str | None = None
    until_minute: int | None = None


def allowed() -> Verdict:
    """This rule does not stand in the way."""
    return Verdict(Ruling.ALLOWED)


def refused(reason: str, until: int | None = None) -> Verdict:
    """This rule forbids it."""
    return Verdict(Ruling.REFUSED, reason, until)


def needs_review(reason: str) -> Verdict:
    """A fact is missing: a person decides."""
    return Verdict(Ruling.NEEDS_REVIEW, reason)


@dataclass(frozen=True, slots=True)
class Ground:
    """Why a book of rules did not simply allow: the rule and its answer."""

    rule_id: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Judgement:
    """The combined verdict of several rules with every ground that is not `allowed`."""

    ruling: Ruling
    grounds: tuple[Ground, ...]


# The ground of a judgement when no rule at all is in force for the day and the lender.
NO_RULE = Ground("NO-RULE-IN-FORCE", Verdict(Ruling.NEEDS_REVIEW, "no_rule_in_force"))


def combined(answers: Iterable[tuple[str, Verdict]]) -> Judgement:
    """The strictest of the answers (rule id, verdict), with all grounds in rule order.

    Without any answer a person must decide: nothing is allowed by the lack of a law.

    >>> combined([("a", allowed()), ("b", refused("quiet_hours", until=480))]).ruling
    <Ruling.REFUSED: 'refused'>
    """
    known = list(answers)
    if not known:
        return Judgement(Ruling.NEEDS_REVIEW, (NO_RULE,))
    grounds = tuple(Ground(i, v) for i, v in known if v.ruling is not Ruling.ALLOWED)
    rulings = [ground.verdict.ruling for ground in grounds]
    strictest = max(rulings, key=SEVERITY.__getitem__, default=Ruling.ALLOWED)
    return Judgement(strictest, grounds)
