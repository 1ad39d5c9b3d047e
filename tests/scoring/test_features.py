"""Features of one borrower, by hand arithmetic."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from builders import day, instalments, payment, reversed_on
from forbear.contact.attempts import ContactAttempt, Outcome
from forbear.contact.channels import Channel
from forbear.delinquency.pauses import Pause
from forbear.loans.payments import Payment
from forbear.loans.schedules import Instalment, due_date
from forbear.primitives.identifiers import BorrowerId, LenderId, LoanId, PaymentId
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.features import behaviour_features
from forbear.scoring.features_catalogue import catalogue, catalogue_page
from forbear.scoring.features_columns import require_past
from forbear.scoring.histories import (
    FailedDebit,
    GrievanceKind,
    GrievanceReceived,
    LoanHistory,
    LoanRecord,
    PaymentReceived,
    PromiseEvent,
    PromiseTurn,
    with_event,
)

ROOT = Path(__file__).resolve().parents[2]
DUE = instalments(
    ("2026-06-10", 1_000),
    ("2026-07-10", 1_000),
    ("2026-08-10", 1_000),
    ("2026-09-10", 1_000),
    ("2026-10-10", 1_500),
)
PAID = (
    payment("2026-06-08", 1_000, "a"),  # 2 days early
    payment("2026-07-10", 1_000, "b"),  # on the day
    payment("2026-08-14", 400, "c"),  # part of the third
    payment("2026-08-20", 600, "d"),  # which is met 10 days late
)
AS_OF = day("2026-09-20")


def record(**told: object) -> LoanRecord:
    blank = {
        "lender": LenderId("q"),
        "loan_id": LoanId("1"),
        "borrower_id": BorrowerId("b"),
        "disbursed_on": day("2026-05-10"),
        "principal_minor": 5_000,
        "schedule": tuple(DUE),
        "payments": PAID,
    }
    return LoanRecord(**{**blank, **told})  # type: ignore[arg-type]


def facts(**told: object) -> dict[str, object]:
    return dict(behaviour_features(LoanHistory(loan=record(**told)), as_of=AS_OF))


def test_every_feature_of_a_borrower_by_hand() -> None:
    got = facts()
    told = {
        "days_past_due": 10,  # the fourth, since 2026-09-10
        "days_past_due_max_30d": 10,  # 2026-08-22 on: 0, then up to 10
        "days_past_due_max_90d": 10,  # 2026-08-20 was the last day of 9: the eve of the payment
        "late_1_plus_90d": 2,  # the third and the fourth
        "late_7_plus_90d": 2,
        "late_30_plus_365d": 0,
        "days_late_last": 10,
        "days_late_mean": 8 / 3,  # -2, 0, 10
        "days_late_worst": 10,
        "lateness_trend": 20 / 3 - 0,  # 0, 10, 10 against the first, which is not late
        "paid_early_share": 1 / 4,
        "paid_on_time_share": 2 / 4,
        "part_payments_90d": 1,  # 400 of the third; the 600 completed it
        "paying_days_30d": 0,  # from 2026-08-22
        "paying_days_90d": 3,
        "days_since_payment": 31,
        "paid_share_30d": 0.0,
        "paid_share_90d": 2_000 / 3_000,  # due from 2026-06-23: July and August of three
        "arrears_to_instalment": 1_000 * 5 / 5_500,
        "outstanding_to_principal": 2_500 / 5_000,
        "instalments_paid": 3,
        "instalments_remaining": 2,
        "months_on_book": 4,
        "days_to_next_due": 20,
        "next_due_to_mean": 1_500 * 5 / 5_500,
        "income_day": 8,  # paying days 8, 10, 14, 20: 8 and 10 weigh on 8 (3+1), as on 10
        "income_day_share": 2 / 4,
        "due_after_income_days": 2,
        "loans_live": 1,
        "other_days_past_due_max": None,
        "first_loan_days": 133,
        "failed_debits_30d": None,
        "attempts_90d": None,
    }
    assert {name: got[name] for name in told} == told


def test_the_catalogue_is_exactly_what_is_computed() -> None:
    assert list(facts()) == list(catalogue())


def test_the_page_of_features_is_as_the_catalogue_makes_it() -> None:
    page = ROOT / "docs/reference/features.md"
    assert page.read_text(encoding="utf-8") == catalogue_page()


def test_a_pause_takes_nothing_off_the_borrower() -> None:
    paused = facts(pauses=(Pause(day("2026-08-11"), day("2026-09-30")),))
    assert paused["days_past_due"] == 0
    assert paused["late_1_plus_90d"] == 0
    assert paused["days_late_worst"] == 0


def test_a_reversed_payment_is_no_payment_and_opens_the_instalment_again() -> None:
    back = facts(payments=(*PAID, reversed_on("2026-09-01", PAID[3])))
    assert back["days_past_due"] == 41  # since 2026-08-10 again
    assert back["days_since_payment"] == 37  # the 400 of 2026-08-14
    assert back["reversals_90d"] == 1
    assert back["instalments_paid"] == 2


def test_an_attempt_counts_on_the_lenders_calendar_day() -> None:
    late_evening = datetime(2026, 9, 20, 16, 30, tzinfo=UTC)  # 00:30 of the 21st in Shanghai
    attempts = (
        ContactAttempt("1", late_evening, Channel.SMS, Outcome.DELIVERED),
        ContactAttempt("2", late_evening - timedelta(hours=1), Channel.SMS, Outcome.CONNECTED),
    )
    got = behaviour_features(LoanHistory(loan=record(), attempts=attempts), as_of=AS_OF)
    assert (got["attempts_30d"], got["connected_30d"]) == (1, 1)


def test_other_loans_are_seen_with_their_lenders() -> None:
    other = record(lender=LenderId("r"), loan_id=LoanId("2"), payments=())
    settled = record(loan_id=LoanId("3"), settled_on=day("2026-08-01"))
    history = LoanHistory(loan=record(), others=(other, settled))
    got = behaviour_features(history, as_of=AS_OF)
    assert (got["loans_live"], got["lenders_live"]) == (2, 2)
    assert (got["other_days_past_due_max"], got["other_loans_in_arrears"]) == (102, 1)


EVENTS = {
    "failed_debits_30d": FailedDebit(
        lender=LenderId("q"), loan_id=LoanId("1"), event_id="f", failed_on=AS_OF
    ),
    "promises_broken_30d": PromiseEvent(
        lender=LenderId("q"),
        loan_id=LoanId("1"),
        promise_id="p",
        turn=PromiseTurn.BROKEN,
        on=AS_OF,
    ),
}


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_an_event_is_added_without_changing_the_history(name: str) -> None:
    before = LoanHistory(loan=record())
    after = with_event(before, EVENTS[name])
    assert behaviour_features(before, as_of=AS_OF)[name] is None
    assert behaviour_features(after, as_of=AS_OF)[name] == 1


def test_a_payment_is_added_to_the_loan_it_is_for() -> None:
    paid = Payment(PaymentId("new"), AS_OF, 1_000)
    event = PaymentReceived(lender=LenderId("q"), loan_id=LoanId("1"), payment=paid)
    after = with_event(LoanHistory(loan=record()), event)
    assert behaviour_features(after, as_of=AS_OF)["days_past_due"] == 0


def test_an_event_of_a_loan_that_is_not_there_is_refused() -> None:
    event = PaymentReceived(
        lender=LenderId("q"), loan_id=LoanId("9"), payment=payment("2026-09-20", 1)
    )
    with pytest.raises(ScoringRefused) as refusal:
        with_event(LoanHistory(loan=record()), event)
    assert refusal.value.code == "event-of-another-loan"


@pytest.mark.parametrize("kind", GrievanceKind)
def test_a_grievance_changes_no_feature(kind: GrievanceKind) -> None:
    before = LoanHistory(loan=record())
    grievance = GrievanceReceived(grievance_id="g", kind=kind, received_on=AS_OF)
    after = with_event(before, grievance)
    assert after.grievances == (grievance,)
    assert behaviour_features(after, as_of=AS_OF) == behaviour_features(before, as_of=AS_OF)


def test_no_feature_counts_grievances_or_says_who_somebody_is() -> None:
    words = (
        "complaint", "dispute", "grievance", "hardship", "relief", "sex", "gender", "age", "region",
        "marital", "education", "ethnic", "relig", "health", "contact_list", "friend",
    )  # fmt: skip
    named = [name for name in catalogue() for word in words if word in name.split("_")]
    assert named == []


def test_features_of_a_later_day_are_refused() -> None:
    frame = pl.LazyFrame({"as_of": [AS_OF, AS_OF + timedelta(days=1)]})
    assert require_past(frame, AS_OF + timedelta(days=1)) is frame
    with pytest.raises(ScoringRefused, match="Compute them with as_of=2026-09-20") as refusal:
        require_past(frame, AS_OF)
    assert refusal.value.code == "feature-from-future"


def test_five_loans_of_two_years_take_less_than_ten_milliseconds() -> None:
    """Measured 1.8 ms; the best of five runs, so that a busy machine does not fail it."""
    plan = tuple(Instalment(n + 1, due_date(date(2025, 1, 5), n), 100_000) for n in range(24))
    paid = tuple(
        Payment(PaymentId(str(i.seq)), i.due_on + timedelta(days=i.seq % 9), 100_000)
        for i in plan[:20]
    )
    loans = [
        record(loan_id=LoanId(str(n)), schedule=plan, payments=paid, disbursed_on=day("2024-12-05"))
        for n in range(5)
    ]
    history = LoanHistory(loan=loans[0], others=tuple(loans[1:]))

    def seconds() -> float:
        started = time.perf_counter()
        behaviour_features(history, as_of=AS_OF)
        return time.perf_counter() - started

    assert min(seconds() for _ in range(5)) < 0.010
