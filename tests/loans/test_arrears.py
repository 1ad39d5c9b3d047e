"""Arrears by component: the law's order of allocation decides what is still owed of what."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from forbear.delinquency.aging import aging
from forbear.loans.allocation import allocate
from forbear.loans.arrears import ArrearsSplit, arrears_split
from forbear.loans.payments import Payment, PaymentKind
from forbear.loans.schedules import Instalment
from forbear.primitives.identifiers import PaymentId

AS_OF = date(2026, 11, 20)
SCHEDULE = (
    Instalment(1, date(2026, 10, 14), 95_000, 8_650, 300, 120),
    Instalment(2, date(2026, 11, 14), 95_000, 8_650, 300, 0),
    Instalment(3, date(2026, 12, 14), 95_000, 8_650, 300, 0),
)


def paid(*amounts: int) -> list[Payment]:
    return [
        Payment(
            PaymentId(f"P-{n}"),
            date(2026, 11, 1),
            amount,
            PaymentKind.PAYMENT if amount > 0 else PaymentKind.REFUND,
        )
        for n, amount in enumerate(amounts)
    ]


def split(payments: list[Payment], accrued: int = 0) -> ArrearsSplit:
    allocation = allocate(SCHEDULE, payments, AS_OF)
    return arrears_split(SCHEDULE, allocation, as_of=AS_OF, accrued_penalty_minor=accrued)


def test_nothing_paid_leaves_every_component_of_what_is_due_and_the_penalty_that_accrued() -> None:
    assert split([], accrued=77) == ArrearsSplit(
        principal_minor=190_000, interest_minor=17_300, penalty_minor=197, fees_minor=600
    )


def test_money_goes_to_fees_penalty_interest_and_then_principal_of_the_oldest() -> None:
    # 300 fees + 120 penalty + 8,650 interest + 930 of the principal of the first instalment
    assert split(paid(10_000)) == ArrearsSplit(
        principal_minor=189_070, interest_minor=8_650, penalty_minor=0, fees_minor=300
    )


def test_what_was_handed_back_beyond_everything_received_is_owed_as_principal() -> None:
    assert split(paid(1_000, -1_500)).principal_minor == 190_500


def test_nothing_is_split_before_the_first_due_day() -> None:
    allocation = allocate(SCHEDULE, [], date(2026, 10, 1))
    assert arrears_split(SCHEDULE, allocation, as_of=date(2026, 10, 1)).total_minor == 0


@settings(max_examples=60, deadline=None)
@given(amounts=st.lists(st.integers(-40_000, 120_000).filter(bool), max_size=5))
def test_the_parts_add_up_to_the_arrears(amounts: list[int]) -> None:
    payments = paid(*amounts)
    assert split(payments).total_minor == aging(SCHEDULE, payments, AS_OF).arrears_minor
