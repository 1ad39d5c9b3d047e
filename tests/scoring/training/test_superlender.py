"""Features of the preset superlender by hand, and nothing known later than the approval."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest

from forbear.scoring.errors import ScoringRefused
from forbear.scoring.training.superlender import (
    SuperlenderTables,
    superlender_features,
    superlender_sample,
)
from scoring.training.made_samples import chance_of

AT = datetime(2017, 7, 10, 12)
DAY = timedelta(days=1)


def earlier(borrower: str, number: int, start: datetime, *, late: int, term: int = 30) -> dict:  # type: ignore[type-arg]
    """A loan repaid and closed `late` days after its due date, at noon."""
    due = datetime(start.year, start.month, start.day) + term * DAY
    paid = due + late * DAY + timedelta(hours=12)
    return {
        "customerid": borrower, "systemloanid": number, "approveddate": start, "loanamount": 10_000.0,
        "totaldue": 11_500.0, "termdays": term, "closeddate": paid, "firstduedate": due,
        "firstrepaiddate": paid,
    }  # fmt: skip


def tables(*loans: dict, borrowers: tuple[str, ...] = ("a",)) -> SuperlenderTables:  # type: ignore[type-arg]
    asked = [
        {"customerid": one, "systemloanid": 900 + n, "approveddate": AT, "loanamount": 20_000.0,
         "totaldue": 23_000.0, "termdays": 30, "good_bad_flag": "Good" if n else "Bad"}
        for n, one in enumerate(borrowers)
    ]  # fmt: skip
    persons = [{"customerid": "a", "bank_account_type": "Savings",
                "employment_status_clients": "Permanent", "birth_year": 1984}]  # fmt: skip
    return SuperlenderTables(
        loans=pl.DataFrame(asked),
        earlier=pl.DataFrame(list(loans)),
        customers=pl.DataFrame(persons),
    )


def test_two_earlier_loans_by_hand() -> None:
    first = earlier("a", 1, datetime(2017, 3, 1, 0), late=-3)
    second = earlier("a", 2, datetime(2017, 5, 1, 0), late=5)
    row = superlender_features(tables(first, second)).row(0, named=True)
    assert row["previous_loans"] == 2
    # weights 1 for the last loan, 0.6 for the one before: (5 + 0.6 x -3) / 1.6
    assert row["days_late_recent"] == pytest.approx(2.0)
    assert row["late_share_recent"] == pytest.approx(1 / 1.6)
    assert row["early_share_recent"] == pytest.approx(0.6 / 1.6)
    assert row["days_late_last"] == pytest.approx(5.5)  # twelve hours into the day
    assert row["days_late_max"] == 5
    assert row["late_of_last_three"] == 0.5
    # held 35 days and a half of 30
    assert row["held_share_last"] == pytest.approx(35.5 / 30)
    # closed 2017-03-28 12:00 (27.5 days after approval), next approved 2017-05-01
    assert row["longest_gap_days"] == pytest.approx(33.5)
    assert row["interest_share"] == pytest.approx(0.15)
    assert row["amount_to_largest"] == 2.0
    assert (row["due_day_of_month"], row["due_weekday"]) == (9, 3)  # Wednesday 2017-08-09
    assert (row["bank_account_type"], row["birth_year"]) == ("Savings", 1984)


def test_borrower_without_history_is_scored_on_what_is_there() -> None:
    first = earlier("a", 1, datetime(2017, 3, 1, 0), late=0)
    rows = superlender_features(tables(first, borrowers=("a", "new")))
    row = rows.row(1, named=True)
    assert (row["previous_loans"], row["days_late_recent"], row["birth_year"]) == (0, None, None)


def test_unpaid_loan_counts_the_days_it_is_late_so_far() -> None:
    open_loan = earlier("a", 1, AT - 40 * DAY, late=60)
    row = superlender_features(tables(open_loan)).row(0, named=True)
    # due ten days before the approval of the next loan, paid long after it
    assert row["days_late_max"] == 10
    assert row["closing_late_recent"] is None


def test_features_do_not_change_when_everything_later_is_deleted() -> None:
    chance = chance_of(2)
    borrowers = tuple(f"b{n}" for n in range(30))
    loans = [
        earlier(one, 10 * n + k, AT - int(days) * DAY - timedelta(hours=7), late=int(late))
        for n, one in enumerate(borrowers)
        for k, (days, late) in enumerate(
            zip(chance.integers(-20, 300, 6), chance.integers(-9, 80, 6), strict=True)
        )
    ]
    whole = tables(*loans, borrowers=borrowers)
    past = whole.earlier.filter(pl.col("approveddate") < AT).with_columns(
        pl.when(pl.col(name) < AT).then(pl.col(name)).alias(name)
        for name in ("closeddate", "firstrepaiddate")
    )
    cut = SuperlenderTables(loans=whole.loans, earlier=past, customers=whole.customers)
    assert past.height < whole.earlier.height
    assert superlender_features(whole).equals(superlender_features(cut))


def test_outcome_need_not_be_there_to_score_and_odd_ones_are_refused() -> None:
    given = tables(earlier("a", 1, datetime(2017, 3, 1), late=0))
    assert superlender_sample(given, with_outcomes=True).events.tolist() == [1]  # type: ignore[union-attr]
    blind = SuperlenderTables(
        loans=given.loans.drop("good_bad_flag"), earlier=given.earlier, customers=given.customers
    )
    assert superlender_sample(blind, with_outcomes=False).events is None
    odd = SuperlenderTables(
        loans=given.loans.with_columns(good_bad_flag=pl.lit("Fine")),
        earlier=given.earlier,
        customers=given.customers,
    )
    with pytest.raises(ScoringRefused, match="good_bad_flag is Good or Bad, found"):
        superlender_sample(odd, with_outcomes=True)


def test_sensitive_columns_are_not_among_the_features() -> None:
    sample = superlender_sample(
        tables(earlier("a", 1, datetime(2017, 3, 1), late=0)), with_outcomes=True
    )
    names = {feature.name for feature in sample.features}
    assert not names & {"referredby", "longitude_1dp", "latitude_1dp"}
    assert [one.column for one in sample.refused] == ["referredby", "longitude_1dp", "latitude_1dp"]
