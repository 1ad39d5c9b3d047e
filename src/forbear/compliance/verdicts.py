"""Verdicts: what a rule answers, and how answers combine.

The strictest wins and every reason stays: refused over needs review over allowed.
"""

from dataclasses import dataclass
from enum import StrEnum


class Ruling(StrEnum):
    """The three answers; unknown facts lead to `NEEDS_REVIEW`, never to `ALLOWED`."""

    ALLOWED = "allowed"
    NEEDS_REVIEW = "needs_review"
    REFUSED = "refused"


SEVERITY = {Ruling.ALLOWED: 0, Ruling.NEEDS_REVIEW: 1, Ruling.REFUSED: 2}
BY_SEVERITY = tuple(SEVERITY)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule's answer.

    `reason` is the code of the branch. `until_minute`, when waiting helps, is a candidate moment:
    minutes of the borrower's wall clock since the last local midnight (1440 is the next one,
    1920 eight o'clock tomorrow); it is proven by asking again there. `exception` names the
    exception on which an allowed verdict rests.
    """

    ruling: Ruling
    reason: str | None = None
    until_minute: int | None = None
    exception: str | None = None


ALLOWED = Verdict(Ruling.ALLOWED)


def allowed(exception: str | None = None) -> Verdict:
    """This rule does not stand in the way; `exception` names what lifted it."""
    return ALLOWED if exception is None else Verdict(Ruling.ALLOWED, exception=exception)


def refused(reason: str, until: int | None = None) -> Verdict:
    """This rule forbids it."""
    return Verdict(Ruling.REFUSED, reason, until)


def needs_review(reason: str) -> Verdict:
    """A fact is missing or a judgement is asked for: a person decides."""
    return Verdict(Ruling.NEEDS_REVIEW, reason)


@dataclass(frozen=True, slots=True)
class Ground:
    """What one rule contributed: a refusal, a wish for review, or an exception that was used."""

    rule_id: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Judgement:
    """The combined verdict of several rules.

    `grounds` are all answers that are not `allowed`; `advice` the refusals of rules that the
    lender's policy lets advise instead of bind; `exceptions` the rules lifted by an exception;
    `asked` every rule that took part. `until_minute` is the latest candidate of the refusals,
    None when nothing is refused or some refusal does not pass by waiting.
    """

    ruling: Ruling
    grounds: tuple[Ground, ...]
    advice: tuple[Ground, ...] = ()
    exceptions: tuple[Ground, ...] = ()
    asked: tuple[str, ...] = ()
    until_minute: int | None = None


# The ground of a judgement when no rule at all is in force for the day and the lender.
NO_RULE = Ground("NO-RULE-IN-FORCE", Verdict(Ruling.NEEDS_REVIEW, "no_rule_in_force"))
