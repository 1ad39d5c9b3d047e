"""Fees, clocks and limitation of China, with expected values from the law by hand."""

from datetime import date

import pytest

from forbear.conformance.worked_cases import run_cases
from forbear.rulebooks import load_books
from forbear.rulebooks.cn_civil_code_2021.clocks import (
    end_after_obstacle,
    full_years,
    is_day_of_rest,
    last_day,
    limitation_run,
    moved_to_working_day,
    rest_days_before,
)
from forbear.rulebooks.cn_court_fees_2007.tariff import (
    case_fee,
    enforcement_fee,
    fee_of,
    half_fee,
    payment_order_fee,
    preservation_fee,
)
from forbear.rulebooks.cn_limitation_2021.events import begins_anew
from forbear.rulebooks.cn_private_lending_2020.rates import lpr_on

YUAN = 100


@pytest.mark.parametrize(
    ("claim", "fee_minor"),
    [
        (1, 50_00),  # 50 flat up to 10,000
        (10_000, 50_00),
        (10_000.01, 50_00),  # 0.01 x 2.5 % is less than half a fen
        (10_001, 50_03),  # 50 + 1 x 2.5 % = 50.025, half up
        (50_000, 1_050_00),  # 50 + 40,000 x 2.5 %
        (100_000, 2_300_00),  # 50 + 90,000 x 2.5 %
        (200_000, 4_300_00),  # + 100,000 x 2 %
        (500_000, 8_800_00),  # + 300,000 x 1.5 %
        (1_000_000, 13_800_00),  # + 500,000 x 1 %
        (2_000_000, 22_800_00),  # + 1,000,000 x 0.9 %
        (5_000_000, 46_800_00),  # + 3,000,000 x 0.8 %
        (10_000_000, 81_800_00),  # + 5,000,000 x 0.7 %
        (20_000_000, 141_800_00),  # + 10,000,000 x 0.6 %
        (21_000_000, 146_800_00),  # + 1,000,000 x 0.5 %
    ],
)
def test_case_fee_by_tier(claim: float, fee_minor: int) -> None:
    assert case_fee(round(claim * YUAN)) == fee_minor


def test_a_payment_order_costs_a_third_and_a_summary_procedure_half() -> None:
    # 2,300.00 / 3 = 766.666…; 50.00 / 3 = 16.666…
    assert payment_order_fee(100_000 * YUAN) == 766_67
    assert payment_order_fee(10_000 * YUAN) == 16_67
    assert half_fee(100_000 * YUAN) == 1_150_00


@pytest.mark.parametrize(
    ("amount", "fee_minor"),
    [
        (10_000, 50_00),
        (500_000, 7_400_00),  # 50 + 490,000 x 1.5 %
        (5_000_000, 52_400_00),  # + 4,500,000 x 1 %
        (10_000_000, 77_400_00),  # + 5,000,000 x 0.5 %
        (11_000_000, 78_400_00),  # + 1,000,000 x 0.1 %
    ],
)
def test_enforcement_fee_by_tier(amount: int, fee_minor: int) -> None:
    assert enforcement_fee(amount * YUAN) == fee_minor


@pytest.mark.parametrize(
    ("amount", "fee_minor"),
    [
        (1_000, 30_00),
        (100_000, 1_020_00),  # 30 + 99,000 x 1 %
        (896_000, 5_000_00),  # 1,020 + 796,000 x 0.5 % = 5,000
        (897_000, 5_000_00),  # capped
    ],
)
def test_preservation_fee_stops_at_five_thousand(amount: int, fee_minor: int) -> None:
    assert preservation_fee(amount * YUAN) == fee_minor


def test_a_fee_has_a_procedure() -> None:
    words = ("ordinary", "payment_order", "enforcement", "preservation", "mediated", "withdrawn")
    assert [fee_of(word, 10_000 * YUAN) for word in words] == [5000, 1667, 5000, 12000, 2500, 2500]
    with pytest.raises(ValueError, match="no fee for the procedure 'appeal'"):
        fee_of("appeal", 10_000 * YUAN)


def test_the_first_day_is_not_counted() -> None:
    assert last_day(date(2026, 6, 1), days=15) == date(2026, 6, 16)
    assert last_day(date(2026, 8, 31), months=6) == date(2027, 2, 28)
    assert last_day(date(2024, 2, 29), years=4) == date(2028, 2, 29)


def test_an_end_on_a_day_of_rest_moves() -> None:
    # 2026-06-19 to 21: Dragon Boat Festival; 2026-02-14: a Saturday worked before Spring Festival
    assert moved_to_working_day(date(2026, 6, 19)) == date(2026, 6, 22)
    assert moved_to_working_day(date(2026, 2, 14)) == date(2026, 2, 14)
    assert rest_days_before(date(2026, 6, 22)) == 3
    assert rest_days_before(date(2026, 6, 20)) == 1


def test_a_year_outside_the_calendar_knows_weekends_and_fixed_holidays() -> None:
    # 2023-03-05 is a Sunday, 2023-05-01 a Monday, 2023-05-02 a Tuesday
    days = [date(2023, 3, 5), date(2023, 5, 1), date(2023, 5, 2)]
    assert [is_day_of_rest(day) for day in days] == [True, True, False]


def test_full_years_pass_after_their_last_day() -> None:
    # 2024-03-08 + 2 years = 2026-03-08, a Sunday: the end moves to Monday the 9th
    start = date(2024, 3, 8)
    assert full_years(start, date(2026, 3, 9), end_may_move=True) == 1
    assert full_years(start, date(2026, 3, 10), end_may_move=True) == 2
    assert full_years(start, date(2026, 3, 9), end_may_move=False) == 2
    assert full_years(start, date(2020, 1, 1), end_may_move=False) == 0


def test_limitation_runs_from_the_last_instalment_and_anew_from_a_demand() -> None:
    # three years from 2022-03-31: 2025-03-31, a Monday
    due = date(2022, 3, 31)
    assert limitation_run(due, [], limitation_years=3).last_day == date(2025, 3, 31)
    run = limitation_run(due, [date(2025, 3, 31), date(2024, 1, 2)], limitation_years=3)
    assert (run.runs_from, run.is_restarted) == (date(2025, 3, 31), True)
    # three years from 2025-03-31: 2028-03-31, a Friday
    assert run.last_day == date(2028, 3, 31)


def test_a_demand_before_the_due_day_or_after_the_end_moves_nothing() -> None:
    due = date(2022, 3, 31)
    run = limitation_run(due, [date(2022, 3, 31), date(2025, 4, 1)], limitation_years=3)
    assert (run.runs_from, run.is_restarted) == (due, False)


def test_an_obstacle_in_the_last_six_months_adds_six_months_after_it() -> None:
    # gone on 2026-06-10: six months later 2026-12-10, a Thursday
    end = date(2026, 6, 30)
    gone = date(2026, 6, 10)
    assert end_after_obstacle(end, date(2026, 1, 5), gone) == date(2026, 12, 10)
    assert end_after_obstacle(end, date(2026, 7, 1), date(2026, 8, 1)) == end
    assert end_after_obstacle(end, date(2025, 1, 5), date(2025, 12, 29)) == end


def test_events_that_begin_the_limitation_anew() -> None:
    events = ("sms_arrived", "payment_order", "asks_for_delay", "assignment_notice_arrived")
    assert [begins_anew(event) for event in (*events, "phone_not_answered")] == [True] * 4 + [False]


def test_the_lpr_of_a_contract_is_the_last_fixing_before_it() -> None:
    (book,) = [b for b in load_books() if b.head.book_id == "CN-PRIV"]
    lpr = book.parameter("lpr_one_year_bp")
    assert lpr_on(lpr, date(2026, 3, 1)) == 300
    assert lpr_on(lpr, date(2024, 10, 20)) == 335
    assert lpr_on(lpr, date(2020, 8, 19)) is None


def test_retention_is_the_longest_of_the_rules_that_bind() -> None:
    # GB/T two years, consumer finance companies five: after two years and a day the five decide
    case = {
        "id": "T-1",
        "expected": {"verdict": "deny", "rule_ids": ["CN-CFC2024-RETENTION"]},
        "scenario": {
            "jurisdiction": "CN",
            "action": "delete_records",
            "lender_type": "consumer_finance",
            "product": "online_consumer_loan",
            "flags": {"record_date": "2024-05-01", "delete_date": "2026-05-02"},
        },
    }
    (result,) = run_cases([case], load_books())
    assert (result.missing, result.rule_ids) == ((), ("CN-CFC2024-RETENTION",))
