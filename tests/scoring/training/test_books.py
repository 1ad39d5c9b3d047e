"""Rows of a book on past days: which days can be looked at, what followed, nothing from later."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from forbear.scoring.errors import ScoringRefused
from forbear.scoring.features_tables import BehaviourTables
from forbear.scoring.training.books import book_sample, past_month_ends

DAY = date(2026, 3, 31)


def made_book(payments: list[tuple[int, date, int]]) -> BehaviourTables:
    """Three loans of three instalments of 100.00, due on the last days of March, April and May."""
    due = [date(2026, 3, 25), date(2026, 4, 25), date(2026, 5, 25)]
    loans = pl.LazyFrame(
        {
            "loan_key": [0, 1, 2], "lender": ["x"] * 3, "loan_id": ["a", "b", "c"],
            "borrower_id": ["A", "B", "C"], "principal_minor": [30_000] * 3,
            "disbursed_on": [date(2026, 2, 25)] * 3, "settled_on": [None] * 3,
            "written_off_on": [None] * 3, "recalled_on": [None] * 3,
            "scheduled_minor": [30_000] * 3,
        },
        schema_overrides={
            "loan_key": pl.UInt32, "settled_on": pl.Date, "written_off_on": pl.Date,
            "recalled_on": pl.Date,
        },
    )  # fmt: skip
    instalments = pl.LazyFrame(
        [
            {"loan_key": key, "seq": n + 1, "due_on": day, "principal_minor": 10_000,
             "interest_minor": 0, "fees_minor": 0, "penalty_minor": 0,
             "due_cumulative_minor": 10_000 * (n + 1)}
            for key in range(3)
            for n, day in enumerate(due)
        ],
        schema_overrides={"loan_key": pl.UInt32, "seq": pl.Int32},
    )  # fmt: skip
    paid = pl.LazyFrame(
        [
            {"loan_key": key, "payment_id": f"p{n}", "effective_on": day, "amount_minor": amount,
             "kind": "payment", "reverses": None}
            for n, (key, day, amount) in enumerate(payments)
        ],
        schema_overrides={"loan_key": pl.UInt32, "reverses": pl.String},
    )  # fmt: skip
    events = pl.LazyFrame(
        schema={
            "loan_key": pl.UInt32, "kind": pl.String, "starts_on": pl.Date, "ends_on": pl.Date,
            "reason": pl.String,
        }
    )  # fmt: skip
    return BehaviourTables(
        loans=loans, instalments=instalments, payments=paid, delinquency_events=events
    )


PAYMENTS = [
    # a pays on time; b pays April 35 days late; c stays ten days late on March's day and pays all
    (0, date(2026, 3, 25), 10_000), (0, date(2026, 4, 25), 10_000), (0, date(2026, 5, 25), 10_000),
    (1, date(2026, 3, 25), 10_000), (1, date(2026, 5, 30), 10_000), (1, date(2026, 6, 28), 10_000),
    (2, date(2026, 4, 4), 10_000), (2, date(2026, 4, 25), 20_000),
]  # fmt: skip


def test_month_ends_leave_time_for_what_follows() -> None:
    found = past_month_ends(date(2026, 11, 20), recipe="early_warning")
    assert (len(found), found[0], found[-1]) == (12, date(2025, 8, 31), date(2026, 7, 31))
    assert past_month_ends(date(2026, 11, 20), recipe="roll")[-1] == date(2026, 9, 30)
    # 90 days after 2026-08-31 are 2026-11-29
    assert past_month_ends(date(2026, 11, 29), recipe="early_warning")[-1] == date(2026, 8, 31)


def test_outcome_is_thirty_days_late_within_ninety() -> None:
    sample = book_sample(
        [made_book(PAYMENTS)], [DAY], recipe="early_warning",
        known_until=date(2026, 7, 1), with_outcomes=True, simulated=True,
    )  # fmt: skip
    assert sample.ids["loan_id"].to_list() == ["a", "b", "c"]
    assert sample.events is not None
    # b: due 2026-04-25, paid 2026-05-30: on 2026-05-29 34 days late; the paid-off loan c is known
    assert sample.events.tolist() == [0, 1, 0]
    assert (sample.span, sample.simulated) == (("2026-03-31", "2026-03-31"), True)


def test_rolling_into_a_worse_bucket() -> None:
    # on 2026-03-31 c is 6 days late (1-30), a month later paid; b is current, then 5 days late
    sample = book_sample(
        [made_book(PAYMENTS)], [DAY], recipe="roll",
        known_until=date(2026, 7, 1), with_outcomes=True, simulated=True,
    )  # fmt: skip
    assert sample.events is not None
    assert sample.events.tolist() == [0, 1, 0]


def test_day_whose_outcome_is_not_known_is_refused() -> None:
    with pytest.raises(ScoringRefused, match="What follows 2026-03-31 is known 90 days later") as e:
        book_sample(
            [made_book(PAYMENTS)], [DAY], recipe="early_warning",
            known_until=DAY + timedelta(days=89), with_outcomes=True, simulated=True,
        )  # fmt: skip
    assert e.value.code == "outcome-not-known"


def test_features_stay_when_later_payments_are_deleted(tmp_path: Path) -> None:
    past = [one for one in PAYMENTS if one[1] <= DAY]
    whole, cut = (
        book_sample(
            [made_book(payments)], [DAY], recipe="early_warning",
            known_until=date(2026, 7, 1), with_outcomes=False, simulated=True,
        )
        for payments in (PAYMENTS, past)
    )  # fmt: skip
    assert whole.frame.equals(cut.frame)
    assert whole.events is None
