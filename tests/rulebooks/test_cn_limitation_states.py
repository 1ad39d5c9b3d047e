"""Until when a claim can be enforced, and how near that is, with days counted by hand."""

from __future__ import annotations

from datetime import date

import pytest

from forbear.loans.payments import Payment, PaymentKind, reversal
from forbear.loans.schedules import Instalment
from forbear.primitives.identifiers import PaymentId
from forbear.rulebooks.cn_civil_code_2021.limitation_states import (
    Limitation,
    LimitationState,
    days_paid,
    limitation_of_claim,
    limitation_state,
)

SCHEDULE = (
    Instalment(1, date(2026, 1, 31), 100, 0),
    Instalment(2, date(2026, 3, 31), 100, 0),
    Instalment(3, date(2026, 2, 28), 100, 0),
)
PAID = Payment(PaymentId("P-1"), date(2028, 5, 9), 50)


def claim(*payments: Payment, as_of: date) -> Limitation | None:
    return limitation_of_claim(
        SCHEDULE, payments, as_of=as_of, limitation_years=3, longest_years=20
    )


@pytest.mark.parametrize(
    ("as_of", "state"),
    [
        # 2028-10-02 + 29 of October, 30, 31, 31, 28 (2029 is no leap year) and 31 = 180 days
        (date(2028, 10, 1), LimitationState.NORMAL),  # 181 days before
        (date(2028, 10, 2), LimitationState.NEAR),  # 180 days before
        (date(2029, 3, 31), LimitationState.NEAR),  # the last day
        (date(2029, 4, 1), LimitationState.PASSED),  # the day after
    ],
)
def test_the_state_turns_180_days_before_the_last_day_and_on_the_day_after_it(
    as_of: date, state: LimitationState
) -> None:
    assert limitation_state(date(2029, 3, 31), as_of=as_of) is state


def test_three_years_run_from_the_last_instalment_whatever_the_order_of_the_schedule() -> None:
    # due 2026-03-31; three years end on Saturday 2029-03-31 and move to Monday: 民法典 203
    assert claim(as_of=date(2026, 11, 20)) == Limitation(
        LimitationState.NORMAL, date(2029, 4, 2), is_restarted=False
    )


@pytest.mark.parametrize(
    ("as_of", "state"),
    [
        (date(2030, 11, 9), LimitationState.NORMAL),  # 181 days before 2031-05-09
        (date(2030, 11, 10), LimitationState.NEAR),  # 20 + 31 + 31 + 28 + 31 + 30 + 9 = 180
        (date(2031, 5, 9), LimitationState.NEAR),
        (date(2031, 5, 10), LimitationState.PASSED),
    ],
)
def test_a_payment_begins_the_three_years_anew(as_of: date, state: LimitationState) -> None:
    assert claim(PAID, as_of=as_of) == Limitation(state, date(2031, 5, 9), is_restarted=True)


def test_a_payment_that_was_taken_back_begins_nothing_from_that_day_on() -> None:
    back = reversal(PAID, payment_id=PaymentId("P-2"), effective_on=date(2028, 5, 12))
    assert days_paid([PAID, back], as_of=date(2028, 5, 11)) == [date(2028, 5, 9)]
    assert days_paid([PAID, back], as_of=date(2028, 5, 12)) == []


@pytest.mark.parametrize(
    "other",
    [
        Payment(PaymentId("P-3"), date(2028, 5, 9), 50, PaymentKind.RECOVERY),
        Payment(PaymentId("P-4"), date(2028, 5, 9), 50, PaymentKind.WAIVER),
        Payment(PaymentId("P-5"), date(2028, 5, 9), -50, PaymentKind.REFUND),
        Payment(PaymentId("P-6"), date(2028, 6, 2), 50),  # after the day asked about
    ],
)
def test_only_money_paid_by_that_day_acknowledges_the_debt(other: Payment) -> None:
    assert days_paid([other], as_of=date(2028, 6, 1)) == []


def test_a_payment_after_the_time_has_passed_begins_nothing_anew() -> None:
    late = Payment(PaymentId("P-7"), date(2029, 4, 3), 50)
    assert claim(late, as_of=date(2029, 4, 4)) == Limitation(
        LimitationState.PASSED, date(2029, 4, 2), is_restarted=False
    )


def test_payments_never_carry_it_beyond_twenty_years_from_the_due_day() -> None:
    yearly = [Payment(PaymentId(f"Y-{y}"), date(y, 3, 1), 1) for y in range(2027, 2046)]
    assert claim(*yearly, as_of=date(2046, 4, 1)) == Limitation(
        LimitationState.PASSED, date(2046, 3, 31), is_restarted=True
    )


def test_without_a_due_day_nothing_runs() -> None:
    found = limitation_of_claim(
        (), (), as_of=date(2026, 1, 1), limitation_years=3, longest_years=20
    )
    assert found is None
