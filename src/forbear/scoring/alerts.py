"""Early-warning alerts: when a score asks for attention, and which help to offer first.

An alert is raised when the probability crosses the policy's threshold, when a score above it falls
further, when the odds of the bad outcome doubled above a floor, and always when somebody waits for
an answer (a grievance). It carries the largest losses as reasons and a list of helps from a closed
set (`suggestions.yaml`), each with the facts and the rules it rests on. No action that presses is
in the set, so none can be suggested.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

import yaml

from forbear.primitives.identifiers import BorrowerId, LenderId, LoanId
from forbear.scoring.cards import WHOLE, Scorecard, Words
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.histories import (
    Event,
    FailedDebit,
    GrievanceReceived,
    PaymentReceived,
    PromiseTurn,
)
from forbear.scoring.points import Reason, Score


class Cause(StrEnum):
    """What asked for the new score."""

    NIGHT = "night"
    PAYMENT = "payment"
    FAILED_DEBIT = "failed_debit"
    PROMISE_MISSED = "promise_missed"
    COMPLAINT = "complaint"
    DISPUTE = "dispute"
    HARDSHIP = "hardship"


GRIEVANCES = frozenset({Cause.COMPLAINT, Cause.DISPUTE, Cause.HARDSHIP})


class Help(StrEnum):
    """What may be suggested. Nothing here asks for money under pressure."""

    ANSWER_COMPLAINT = "answer_complaint"
    CHECK_DEBT = "check_debt"
    RELIEF_CONVERSATION = "relief_conversation"
    MOVE_DUE_DATE = "move_due_date"
    PART_PAYMENT_ARRANGEMENT = "part_payment_arrangement"
    GENTLE_REMINDER = "gentle_reminder"


class Trigger(StrEnum):
    """Why the alert was raised."""

    CROSSED = "crossed"
    WORSENED = "worsened"
    DOUBLED = "doubled"
    GRIEVANCE = "grievance"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPolicy:
    """When to raise: `threshold_ppm`, a further fall of `fall_points`, doubled odds above a floor."""

    threshold_ppm: int
    floor_ppm: int
    fall_points: int
    doubling_points: int

    def __post_init__(self) -> None:
        if not 0 < self.floor_ppm <= self.threshold_ppm <= WHOLE or self.fall_points < 1:
            raise ScoringRefused(
                "alert-policy-faulty",
                "An alert policy needs 0 < floor_ppm <= threshold_ppm <= 1000000 and a fall of one "
                f"point or more; got {self.floor_ppm}, {self.threshold_ppm}, {self.fall_points}.",
            )


def policy_of(card: Scorecard) -> AlertPolicy:
    """The policy a card brings along: four times its base rate, at most one half; floor half that.

    Raises `ScoringRefused` for a card of amounts: it gives no probability to warn by.
    """
    rows, events = int(card.training.get("rows", 0)), int(card.training.get("events", 0))
    if card.calibration is None or not rows or not events:
        raise ScoringRefused(
            "card-warns-of-nothing",
            f"Card {card.name} gives no probability or does not tell its base rate: "
            "name a threshold yourself, or use an early-warning card.",
        )
    threshold = min(4 * events * WHOLE // rows, WHOLE // 2)
    doubling = card.scale.points_per_doubling
    return AlertPolicy(
        threshold_ppm=max(threshold, 2),
        floor_ppm=max(threshold // 2, 1),
        fall_points=max(doubling // 2, 1),
        doubling_points=doubling,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Why one help is offered: facts with their values, rules by id, and a sentence."""

    help: Help
    facts: tuple[tuple[str, int | float], ...]
    rules: tuple[str, ...]
    basis: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One warning about one loan: score before and after, reasons, and helps in their order.

    `care_weight` (1 or more) says how hard falling behind would hit this person; it orders alerts
    when a day has more than can be looked at, and is never part of the score.
    """

    lender: LenderId
    loan_id: LoanId
    borrower_id: BorrowerId
    cause: Cause
    triggers: tuple[Trigger, ...]
    points: int
    points_before: int | None
    ppm: int
    ppm_before: int | None
    reasons: tuple[Reason, ...]
    grounds: tuple[Ground, ...]
    care_weight: int = 1

    @property
    def helps(self) -> tuple[Help, ...]:
        """The helps alone, first the one to offer first."""
        return tuple(ground.help for ground in self.grounds)

    @property
    def expected_harm(self) -> int:
        """Probability of falling behind times the weight of it: what help could avoid."""
        return self.ppm * self.care_weight


def cause_of(event: Event) -> Cause | None:
    """The cause an event is; None for a promise made, kept or withdrawn: nothing to warn of."""
    if isinstance(event, PaymentReceived):
        return Cause.PAYMENT
    if isinstance(event, FailedDebit):
        return Cause.FAILED_DEBIT
    if isinstance(event, GrievanceReceived):
        return Cause(event.kind.value)
    return Cause.PROMISE_MISSED if event.turn is PromiseTurn.BROKEN else None


def triggers(
    before: Score | None, after: Score, *, cause: Cause, policy: AlertPolicy
) -> tuple[Trigger, ...]:
    """Why this change deserves an alert; empty: it does not."""
    found = []
    if cause in GRIEVANCES:
        found.append(Trigger.GRIEVANCE)
    ppm, ppm_before = after.ppm or 0, 0 if before is None else before.ppm or 0
    fell = 0 if before is None else before.points - after.points
    if ppm >= policy.threshold_ppm and ppm_before < policy.threshold_ppm:
        found.append(Trigger.CROSSED)
    elif ppm >= policy.threshold_ppm and fell >= policy.fall_points:
        found.append(Trigger.WORSENED)
    elif ppm >= policy.floor_ppm and fell >= policy.doubling_points:
        found.append(Trigger.DOUBLED)
    return tuple(found)


def alert(
    *,
    lender: LenderId,
    loan_id: LoanId,
    borrower_id: BorrowerId,
    before: Score | None,
    after: Score,
    facts: Mapping[str, object],
    cause: Cause,
    policy: AlertPolicy,
    care_weight: int = 1,
) -> Alert | None:
    """The alert this new score raises, or None. `before` is the last score by the same card."""
    why = triggers(before, after, cause=cause, policy=policy)
    if not why:
        return None
    return Alert(
        lender=lender,
        loan_id=loan_id,
        borrower_id=borrower_id,
        cause=cause,
        triggers=why,
        points=after.points,
        points_before=None if before is None else before.points,
        ppm=after.ppm or 0,
        ppm_before=None if before is None else before.ppm,
        reasons=after.losses,
        grounds=suggested_helps(facts, cause=cause),
        care_weight=care_weight,
    )


def suggested_helps(facts: Mapping[str, object], *, cause: Cause) -> tuple[Ground, ...]:
    """Helps that fit the facts, in the order of the cause; at least one.

    >>> [g.help.value for g in suggested_helps({"days_past_due": 0, "due_after_income_days": 25,
    ...     "days_to_next_due": 4}, cause=Cause.FAILED_DEBIT)]
    ['move_due_date', 'gentle_reminder']
    """
    told = _suggestions()
    order = [Help(name) for name in told["orders"][cause.value]]
    first = told["always_first"].get(cause.value)
    grounds = [
        Ground(help=one, facts=held, rules=tuple(raw["rules"]), basis=dict(raw["basis"]))
        for one in order
        for raw in (told["helps"][one.value],)
        for held in (_held(raw, facts),)
        if held or one.value == first
    ]
    if grounds:
        return tuple(grounds)
    last = next(one for one in order if told["helps"][one.value].get("also_if_nothing"))
    raw = told["helps"][last.value]
    return (Ground(help=last, facts=(), rules=tuple(raw["rules"]), basis=dict(raw["basis"])),)


def suggestion_facts() -> tuple[str, ...]:
    """The features the helps look at, beside those of a card."""
    raws = _suggestions()["helps"].values()
    return tuple(dict.fromkeys(line["fact"] for raw in raws for line in raw.get("when", ())))


def help_words(help_: Help) -> Words:
    """The sentence that offers a help, for staff, by language."""
    words: Words = _suggestions()["helps"][help_.value]["says"]
    return words


def within_budget(alerts: Iterable[Alert], limit: int) -> tuple[Alert, ...]:
    """The alerts a day can look at: grievances all, then the largest expected harm up to `limit`.

    One alert a borrower and lender, the gravest. Equal harm goes by points (fewest first), then by
    lender and loan, so that the same alerts are chosen whatever the order they came in.
    """
    if limit < 0:
        raise ScoringRefused(
            "alert-budget-negative", f"The alerts of a day cannot be {limit}: name 0 or more."
        )
    chosen: dict[tuple[str, str], Alert] = {}
    for one in sorted(alerts, key=_order):
        chosen.setdefault((one.lender, one.borrower_id), one)
    waiting = [one for one in chosen.values() if Trigger.GRIEVANCE in one.triggers]
    others = [one for one in chosen.values() if Trigger.GRIEVANCE not in one.triggers]
    return (*waiting, *others[: max(limit - len(waiting), 0)])


def _order(one: Alert) -> tuple[bool, int, int, str, str]:
    is_waiting = Trigger.GRIEVANCE in one.triggers
    return not is_waiting, -one.expected_harm, one.points, one.lender, one.loan_id


def _held(
    raw: Mapping[str, Any], facts: Mapping[str, object]
) -> tuple[tuple[str, int | float], ...]:
    """The facts that make a help fit, with their values."""
    held = []
    for line in raw.get("when", ()):
        value = facts.get(line["fact"])
        if not isinstance(value, int | float):
            continue
        if value >= line.get("at_least", value) and value <= line.get("at_most", value):
            held.append((str(line["fact"]), value))
    return tuple(held)


@cache
def _suggestions() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("suggestions.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))
