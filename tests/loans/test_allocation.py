"""Allocation by law (民法典 第五百六十一条) and by other waterfalls; penalty and pay-off."""

from decimal import Decimal

import pytest

from builders import day, payment, reversed_on
from forbear.loans.allocation import (
    BY_LAW,
    Component,
    Span,
    Waterfall,
    WaterfallImpossible,
    allocate,
)
from forbear.loans.payments import Payment, PaymentImpossible, PaymentKind
from forbear.loans.payoff import Payoff, payoff_amount
from forbear.loans.penalty import penalty_accruals
from forbear.loans.schedules import Instalment
from forbear.primitives.day_counts import DayCount
from forbear.primitives.identifiers import PaymentId

TWO = [
    Instalment(1, day("2026-03-01"), principal_minor=900, interest_minor=100, fees_minor=10),
    Instalment(2, day("2026-04-01"), principal_minor=910, interest_minor=90, fees_minor=10),
]


def laid(waterfall: Waterfall, *payments: Payment, as_of: str = "2026-12-31") -> list[tuple]:
    made = allocate(TWO, payments, day(as_of), waterfall)
    return [(s.seq, s.component.value, s.amount_minor) for s in made.shares]


def test_by_law_fees_then_interest_then_principal_of_the_oldest() -> None:
    assert laid(BY_LAW, payment("2026-04-02", 1_060)) == [
        (1, "fees", 10),
        (1, "interest", 100),
        (1, "principal", 900),
        (2, "fees", 10),
        (2, "interest", 40),
    ]


def test_component_first_fills_all_due_interest_before_any_principal() -> None:
    wide = Waterfall(span=Span.COMPONENT)
    assert laid(wide, payment("2026-04-02", 1_060)) == [
        (1, "fees", 10),
        (2, "fees", 10),
        (1, "interest", 100),
        (2, "interest", 90),
        (1, "principal", 850),
    ]


def test_principal_first_as_some_card_products_book_after_90_days() -> None:
    order = (Component.PRINCIPAL, Component.INTEREST, Component.PENALTY, Component.FEES)
    assert laid(Waterfall(order), payment("2026-03-02", 950)) == [
        (1, "principal", 900),
        (1, "interest", 50),
    ]


def test_a_waterfall_names_every_component_once() -> None:
    with pytest.raises(WaterfallImpossible):
        Waterfall((Component.FEES, Component.FEES, Component.INTEREST, Component.PRINCIPAL))


def test_money_beyond_the_schedule_is_a_credit() -> None:
    made = allocate(TWO, [payment("2026-03-01", 2_100)], day("2026-03-01"))
    assert made.credit_minor == 80
    assert made.paid_on(2, Component.PRINCIPAL) == 910


def test_a_reversal_takes_off_what_was_laid_last() -> None:
    first, second = payment("2026-03-01", 1_010, "a"), payment("2026-04-01", 500, "b")
    made = allocate(TWO, [first, second, reversed_on("2026-04-05", second)], day("2026-04-30"))
    assert (made.paid_on(1), made.paid_on(2), made.credit_minor) == (1_010, 0, 0)


def test_a_backdated_payment_is_laid_as_if_it_had_come_in_time() -> None:
    # frappe/lending#878, #607, #251: backdated repayments must not be allocated wrongly
    late, early = payment("2026-04-02", 1_010, "late"), payment("2026-03-01", 1_010, "early")
    assert allocate(TWO, [late, early], day("2026-04-30")) == allocate(
        TWO, [early, late], day("2026-04-30")
    )


def test_a_payment_with_the_wrong_sign_is_refused() -> None:
    with pytest.raises(PaymentImpossible):
        Payment(PaymentId("x"), day("2026-03-01"), -5)
    with pytest.raises(PaymentImpossible):
        Payment(PaymentId("x"), day("2026-03-01"), -5, PaymentKind.REVERSAL)
    with pytest.raises(PaymentImpossible):
        Payment(PaymentId("x"), day("2026-03-01"), 0)


def penalty(*payments: Payment, as_of: str) -> list[tuple[int, int, int]]:
    made = penalty_accruals(
        TWO,
        payments,
        penalty_rate_annual=Decimal("0.36"),
        day_count=DayCount.ACTUAL_360,
        as_of=day(as_of),
    )
    return [(a.seq, a.minor_days, a.amount_minor) for a in made]


def test_penalty_counts_unpaid_principal_by_the_day() -> None:
    # 0.36 / 360 = 0.001 a day. 31 days × 900 = 27,900 → 27.9 → 28; nothing on the due date
    assert penalty(as_of="2026-03-01") == []
    assert penalty(as_of="2026-04-01") == [(1, 27_900, 28)]


def test_penalty_falls_with_a_part_payment_from_its_day_on() -> None:
    # 510 pays 10 fees, 100 interest, 400 principal: 10 days × 900 + 21 days × 500 = 19,500
    assert penalty(payment("2026-03-11", 510), as_of="2026-04-01") == [(1, 19_500, 20)]


def test_penalty_of_a_reversed_payment_comes_back() -> None:
    paid = payment("2026-03-01", 1_010)
    # paid on time, returned on 2026-03-21: 11 days × 900
    got = penalty(paid, reversed_on("2026-03-21", paid), as_of="2026-04-01")
    assert got == [(1, 9_900, 10)]


def test_an_instalment_met_late_accrues_nothing_more() -> None:
    assert penalty(payment("2026-03-20", 1_010), as_of="2026-04-01") == []


def payoff(paid: int, as_of: str, penalty_rate: str | None) -> Payoff:
    return payoff_amount(
        TWO,
        [payment("2026-03-01", paid)],
        disbursed_on=day("2026-02-01"),
        penalty_rate_annual=None if penalty_rate is None else Decimal(penalty_rate),
        day_count=DayCount.ACTUAL_360,
        as_of=day(as_of),
    )


def test_payoff_names_each_line() -> None:
    made = payoff(110, "2026-03-11", "0.36")
    # due 1,010 − 110 paid; principal to come 910; 10 of 31 days of 90 interest = 29.03 → 29;
    # penalty 10 days × 900 × 0.001 = 9
    assert (made.arrears_minor, made.principal_not_due_minor) == (900, 910)
    assert (made.running_interest_minor, made.penalty_accrued_minor) == (29, 9)
    assert made.payoff_amount_minor == 900 + 910 + 29 + 9


def test_money_paid_ahead_lowers_the_payoff() -> None:
    made = payoff(1_510, "2026-03-01", None)
    assert (made.credit_minor, made.payoff_amount_minor) == (500, 910 + 0 - 500)
