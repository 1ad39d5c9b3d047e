"""Alerts: when, why, and which help first."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from builders import day, payment
from forbear import rulebooks
from forbear.primitives.identifiers import BorrowerId, LenderId, LoanId
from forbear.scoring.alerts import (
    Alert,
    AlertPolicy,
    Cause,
    Help,
    Trigger,
    alert,
    cause_of,
    help_words,
    policy_of,
    suggested_helps,
    triggers,
    within_budget,
)
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.histories import (
    FailedDebit,
    GrievanceKind,
    GrievanceReceived,
    PaymentReceived,
    PromiseEvent,
    PromiseTurn,
)
from forbear.scoring.points import Reason, Score
from scoring.card_examples import small_card

POLICY = AlertPolicy(threshold_ppm=200_000, floor_ppm=100_000, fall_points=50, doubling_points=100)
Q, ONE = LenderId("q"), LoanId("1")


def scored(points: int, ppm: int) -> Score:
    reasons = (Reason("a", -40, 1), Reason("b", points - 1_000 + 40, 2))
    return Score(points=points, base_points=1_000, reasons=reasons, ppm=ppm)


def raised(before: Score | None, after: Score, cause: Cause = Cause.NIGHT) -> Alert | None:
    return alert(
        lender=Q,
        loan_id=ONE,
        borrower_id=BorrowerId("b"),
        before=before,
        after=after,
        facts={"days_past_due": 3, "days_to_next_due": 5},
        cause=cause,
        policy=POLICY,
    )


def test_crossing_the_threshold_raises_once() -> None:
    calm, high = scored(700, 90_000), scored(600, 210_000)
    assert triggers(calm, high, cause=Cause.NIGHT, policy=POLICY) == (Trigger.CROSSED,)
    assert triggers(None, high, cause=Cause.NIGHT, policy=POLICY) == (Trigger.CROSSED,)
    assert raised(high, high) is None


def test_a_further_fall_above_the_threshold_raises_again() -> None:
    assert triggers(
        scored(600, 210_000), scored(550, 260_000), cause=Cause.NIGHT, policy=POLICY
    ) == (Trigger.WORSENED,)
    assert raised(scored(600, 210_000), scored(551, 259_000)) is None


def test_doubled_odds_above_the_floor_raise_before_the_threshold() -> None:
    assert triggers(
        scored(800, 55_000), scored(700, 104_000), cause=Cause.NIGHT, policy=POLICY
    ) == (Trigger.DOUBLED,)
    assert raised(scored(900, 30_000), scored(800, 55_000)) is None


def test_a_payment_that_lifts_the_score_raises_nothing() -> None:
    assert raised(scored(600, 210_000), scored(700, 90_000), Cause.PAYMENT) is None


@pytest.mark.parametrize("cause", [Cause.COMPLAINT, Cause.DISPUTE, Cause.HARDSHIP])
def test_somebody_who_waits_for_an_answer_always_raises_with_the_same_score(cause: Cause) -> None:
    made = raised(scored(900, 10_000), scored(900, 10_000), cause)
    assert made is not None
    assert made.triggers == (Trigger.GRIEVANCE,)
    assert made.points == made.points_before


def test_an_alert_carries_its_reasons_and_grounds() -> None:
    made = raised(scored(700, 90_000), scored(600, 210_000))
    assert made is not None
    assert [(r.characteristic, r.points) for r in made.reasons] == [("a", -40), ("b", -360)]
    assert made.helps == (Help.GENTLE_REMINDER, Help.PART_PAYMENT_ARRANGEMENT)
    assert made.grounds[0].facts == (("days_to_next_due", 5),)
    assert made.grounds[1].facts == (("days_past_due", 3),)
    assert made.grounds[1].rules == ("CN-CARD2011-70-TERM", "CN-CARD2011-70-STOP")


FACTS = {
    "days_past_due": 3,
    "due_after_income_days": 25,
    "part_payments_90d": 1,
    "days_to_next_due": 5,
}


def helps(cause: Cause, facts: dict[str, object] | None = None) -> list[str]:
    return [g.help.value for g in suggested_helps(FACTS if facts is None else facts, cause=cause)]


def test_help_differs_with_the_cause() -> None:
    assert helps(Cause.NIGHT) == [
        "gentle_reminder",
        "move_due_date",
        "relief_conversation",
        "part_payment_arrangement",
    ]
    assert helps(Cause.PROMISE_MISSED)[0] == "relief_conversation"
    assert helps(Cause.FAILED_DEBIT)[0] == "move_due_date"
    assert helps(Cause.COMPLAINT) == ["answer_complaint", "relief_conversation"]
    assert helps(Cause.DISPUTE) == ["check_debt"]
    assert helps(Cause.HARDSHIP)[0] == "relief_conversation"


@pytest.mark.parametrize("cause", Cause)
def test_there_is_always_a_help_and_it_is_of_the_closed_set(cause: Cause) -> None:
    for facts in ({}, FACTS, dict.fromkeys(FACTS), {"days_past_due": 400}):
        offered = suggested_helps(facts, cause=cause)
        assert len(offered) >= 1
        assert {g.help for g in offered} <= set(Help)


def test_nothing_asks_for_money_while_a_complaint_or_dispute_waits() -> None:
    asking = {"gentle_reminder", "part_payment_arrangement"}
    assert not asking & set(helps(Cause.COMPLAINT)) | asking & set(helps(Cause.DISPUTE))


def test_every_citation_is_of_a_rulebook() -> None:
    books = rulebooks.load_books()
    known = set(rulebooks.rules_by_id()) | {
        left.rule_id for book in books for left in book.not_encoded
    }
    cited = {
        rule for cause in Cause for g in suggested_helps(FACTS, cause=cause) for rule in g.rules
    }
    assert cited <= known
    assert cited == {
        "CN-COMPLAINT2020",
        "CN-CREDIT-25",
        "CN-CC-678",
        "CN-CARD2011-70-TERM",
        "CN-CARD2011-70-STOP",
        "CN-GBT45251-HOURS",
    }


def test_every_help_has_its_sentence_in_both_languages() -> None:
    assert all(set(help_words(one)) == {"zh-Hans", "en"} for one in Help)


def made(borrower: str, ppm: int, *, cause: Cause = Cause.NIGHT, loan: str = "1") -> Alert:
    grievance = cause in (Cause.COMPLAINT, Cause.DISPUTE)
    return Alert(
        lender=Q,
        loan_id=LoanId(loan),
        borrower_id=BorrowerId(borrower),
        cause=cause,
        triggers=(Trigger.GRIEVANCE,) if grievance else (Trigger.CROSSED,),
        points=500,
        points_before=None,
        ppm=ppm,
        ppm_before=None,
        reasons=(),
        grounds=(),
    )


def test_the_budget_takes_the_largest_expected_harm_whatever_the_order() -> None:
    alerts = [
        made("a", 300_000),
        made("b", 400_000, loan="1"),
        made("b", 350_000, loan="2"),  # the same borrower: one alert
        made("c", 250_000),
        made("d", 1_000, cause=Cause.COMPLAINT),
        replace(made("e", 190_000), care_weight=2),
    ]
    for order in itertools.permutations(alerts):
        chosen = within_budget(order, 3)
        assert [one.borrower_id for one in chosen] == ["d", "b", "e"]


def test_equal_harm_is_settled_by_the_loan_and_a_grievance_is_never_cut() -> None:
    same = [made("a", 1_000, loan="2"), made("b", 1_000, loan="1")]
    assert [one.loan_id for one in within_budget(same, 1)] == ["1"]
    assert [a.borrower_id for a in within_budget([made("x", 1, cause=Cause.DISPUTE)], 0)] == ["x"]
    with pytest.raises(ScoringRefused) as refusal:
        within_budget([], -1)
    assert refusal.value.code == "alert-budget-negative"


def test_a_card_brings_its_policy() -> None:
    with pytest.raises(ScoringRefused) as refusal:
        policy_of(small_card())
    assert refusal.value.code == "card-warns-of-nothing"
    card = replace(small_card(), training={"rows": 1_000, "events": 40})
    assert policy_of(card) == AlertPolicy(
        threshold_ppm=160_000, floor_ppm=80_000, fall_points=50, doubling_points=100
    )


def test_a_policy_that_cannot_be_is_refused() -> None:
    with pytest.raises(ScoringRefused) as refusal:
        AlertPolicy(threshold_ppm=10, floor_ppm=20, fall_points=1, doubling_points=100)
    assert refusal.value.code == "alert-policy-faulty"


def test_the_cause_of_each_event() -> None:
    today = day("2026-11-20")
    promise = PromiseEvent(lender=Q, loan_id=ONE, promise_id="p", turn=PromiseTurn.BROKEN, on=today)
    paid = PaymentReceived(lender=Q, loan_id=ONE, payment=payment("2026-11-20", 1))
    failed = FailedDebit(lender=Q, loan_id=ONE, event_id="f", failed_on=today)
    complaint = GrievanceReceived(grievance_id="g", kind=GrievanceKind.COMPLAINT, received_on=today)
    causes = [cause_of(one) for one in (paid, failed, promise, complaint)]
    assert causes == [Cause.PAYMENT, Cause.FAILED_DEBIT, Cause.PROMISE_MISSED, Cause.COMPLAINT]
    assert cause_of(replace(promise, turn=PromiseTurn.KEPT)) is None
