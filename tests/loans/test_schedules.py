"""Schedules, with the arithmetic shown; principal always adds up."""

from decimal import Decimal

import pytest

from builders import day
from forbear.loans.schedules import due_date, schedule, schedule_faults
from forbear.loans.terms import RepaymentMethod, Terms, TermsImpossible
from forbear.primitives.day_counts import DayCount
from forbear.primitives.money import Currency, Money


def terms(method: RepaymentMethod, count: int = 3, **told: object) -> Terms:
    given = {
        "principal": Money(100_000, Currency.CNY),
        "interest_rate_annual": Decimal("0.12"),
        "instalment_count": count,
        "disbursed_on": day("2026-01-31"),
        "first_due_on": day("2026-02-28"),
        "method": method,
        **told,
    }
    return Terms(**given)  # type: ignore[arg-type]


def rows(made: Terms) -> list[tuple[str, int, int]]:
    return [(str(i.due_on), i.principal_minor, i.interest_minor) for i in schedule(made)]


def test_equal_instalments_of_a_thousand_yuan() -> None:
    # 等额本息, r = 1 % a month, A = 1000 × 0.01 × 1.01³ / (1.01³ − 1) = 340.0221… → 340.02
    # month 1: interest 10.00, principal 330.02, left 669.98
    # month 2: interest 6.6998 → 6.70, principal 333.32, left 336.66
    # month 3: interest 3.3666 → 3.37, principal the remainder 336.66
    assert rows(terms(RepaymentMethod.EQUAL_INSTALMENT)) == [
        ("2026-02-28", 33_002, 1_000),
        ("2026-03-28", 33_332, 670),
        ("2026-04-28", 33_666, 337),
    ]


def test_equal_principal_leaves_the_remainder_to_the_last() -> None:
    # 等额本金: 100000 / 3 = 33333 rest 1; interest 1 % of 1000.00, 666.67, 333.34
    assert rows(terms(RepaymentMethod.EQUAL_PRINCIPAL)) == [
        ("2026-02-28", 33_333, 1_000),
        ("2026-03-28", 33_333, 667),
        ("2026-04-28", 33_334, 333),
    ]


def test_interest_first_pays_the_principal_with_the_last() -> None:
    assert rows(terms(RepaymentMethod.INTEREST_FIRST)) == [
        ("2026-02-28", 0, 1_000),
        ("2026-03-28", 0, 1_000),
        ("2026-04-28", 100_000, 1_000),
    ]


def test_bullet_counts_the_days() -> None:
    # 28 days of 12 % on 1000.00: actual/360 → 9.333… → 9.33; actual/365 → 9.2054… → 9.21
    assert rows(terms(RepaymentMethod.BULLET, 1)) == [("2026-02-28", 100_000, 933)]
    other = terms(RepaymentMethod.BULLET, 1, day_count=DayCount.ACTUAL_365)
    assert rows(other) == [("2026-02-28", 100_000, 921)]


def test_no_interest_is_a_plain_division() -> None:
    free = terms(RepaymentMethod.EQUAL_INSTALMENT, interest_rate_annual=Decimal(0))
    assert [i.due_minor for i in schedule(free)] == [33_333, 33_333, 33_334]


def test_a_due_day_the_month_lacks_is_its_last_day() -> None:
    got = [str(due_date(day("2024-01-31"), n)) for n in (1, 3, 12, 13)]
    assert got == ["2024-02-29", "2024-04-30", "2025-01-31", "2025-02-28"]


@pytest.mark.parametrize(
    "fault",
    [
        {"principal": Money(0, Currency.CNY)},
        {"count": 0},
        {"interest_rate_annual": Decimal("-0.01")},
        {"first_due_on": day("2026-01-31")},
        {"penalty_rate_annual": Decimal("-1")},
    ],
)
def test_terms_that_cannot_be_are_refused(fault: dict[str, object]) -> None:
    with pytest.raises(TermsImpossible):
        terms(RepaymentMethod.EQUAL_INSTALMENT, **fault)  # type: ignore[arg-type]


def test_a_gap_and_a_wrong_sum_are_findings() -> None:
    given = list(schedule(terms(RepaymentMethod.EQUAL_PRINCIPAL)))
    del given[1]
    found = schedule_faults(given, principal_minor=100_000, file="t.csv", row=7)
    assert [(f.code, f.row) for f in found] == [("schedule_gap", 7), ("schedule_sum_differs", 7)]
    assert found[1].params == {"principal_minor": "100000", "sum_minor": "66667"}
