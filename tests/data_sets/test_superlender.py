"""SuperLender: real loans come in whole, with the days past due the README's dates give."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from data_sets.shared_sets import data_set
from forbear.intake.row_states import RowCounts
from forbear.portfolio.book import Book
from intake.tape_files import run

pytestmark = pytest.mark.shared


@pytest.fixture
def book(tmp_path: Path) -> Book:
    source = data_set("superlender_ng")
    report = run(source, tmp_path / "book", preset_name="superlender", lender="superlender")
    assert report.outcome == "taken"
    # 14,621 earlier loans and 3,455 customers; 3,481 loans without a due date are notes.
    assert report.rows == RowCounts(21_557, 18_076, 0, 0, 3_481)
    assert report.counts == {"loan_without_due_date": 3_481, "third_party_column": 1}
    # 13,801 loans of 15 or 30 days have one instalment, 797 of 60 two, 23 of 90 three.
    assert report.tables == {
        "borrowers": 4_340,
        "loans": 14_621,
        "instalments": 13_801 + 797 * 2 + 23 * 3,
        "payments": 13_801 + 797 * 2 + 23 * 3,
    }
    return Book.open(tmp_path / "book")


def test_second_import_changes_nothing(book: Book) -> None:
    source = data_set("superlender_ng")
    manifest = book.manifest
    report = run(source, book.root, preset_name="superlender", lender="superlender")
    assert report.outcome == "already_taken"
    assert Book.open(book.root).manifest == manifest


def test_what_falls_due_is_what_the_rows_say(book: Book) -> None:
    raw = pl.read_parquet(data_set("superlender_ng") / "previous_loans.parquet")
    loans = book.scan_all("loans").collect()
    kobo = (raw["totaldue"] * 100).round().cast(pl.Int64).sum()
    assert loans["scheduled_minor"].sum() == kobo
    assert loans["principal_minor"].sum() == (raw["loanamount"] * 100).round().cast(pl.Int64).sum()
    paid = book.scan_all("payments").collect()
    assert paid["amount_minor"].sum() == kobo
    assert loans["currency"].unique().to_list() == ["NGN"]


def test_first_payments_late_as_the_readme_counts(book: Book) -> None:
    """README: 2,532 first payments late, 909 more than 7 days, 103 more than 30 days.

    It compares the first repayment with the first due date; our first instalment of a 15 or
    30-day loan is met on the closing day: 152 more began on time and were closed late.
    """
    raw = pl.read_parquet(data_set("superlender_ng") / "previous_loans.parquet")
    days = (pl.col("firstrepaiddate").dt.date() - pl.col("firstduedate").dt.date()).dt.total_days()
    late = raw.select(days.alias("days"))["days"]
    assert [(late > limit).sum() for limit in (0, 7, 30)] == [2_532, 909, 103]
    ours = []
    for number in range(book.manifest.partitions):
        firsts = book.scan("instalments", number).filter(pl.col("seq") == 1).collect()
        paid = book.scan("payments", number).filter(pl.col("payment_id").str.ends_with("-1"))
        joined = firsts.join(paid.collect(), on="loan_key")
        ours.append(joined.select((pl.col("effective_on") - pl.col("due_on")).dt.total_days()))
    late = pl.concat(ours).to_series()
    assert len(late) == 14_621
    assert [(late > limit).sum() for limit in (0, 7, 30)] == [2_532 + 152, 925, 107]


def test_loan_of_90_days_has_three_instalments_30_days_apart(book: Book) -> None:
    raw = pl.read_parquet(data_set("superlender_ng") / "previous_loans.parquet")
    row = raw.filter(pl.col("termdays") == 90).sort("systemloanid").row(0, named=True)
    loan_id = str(row["systemloanid"])
    number, key = _place(book, loan_id)
    own = pl.col("loan_key") == key
    rows = book.scan("instalments", number).filter(own).collect()
    first: date = row["firstduedate"].date()
    assert [(d - first).days for d in rows["due_on"]] == [0, 30, 60]
    total = int(row["totaldue"]) * 100
    share = total // 3
    shares = rows.select(pl.sum_horizontal("principal_minor", "interest_minor"))
    assert shares.to_series().to_list() == [share, share, total - 2 * share]
    paid = book.scan("payments", number).filter(own).collect().sort("payment_id")
    closed = row["closeddate"].date()
    assert paid["effective_on"].to_list() == [row["firstrepaiddate"].date(), closed, closed]


def _place(book: Book, loan_id: str) -> tuple[int, int]:
    for number in range(book.manifest.partitions):
        found = book.scan("loans", number).filter(pl.col("loan_id") == loan_id).collect()
        if found.height:
            return number, found["loan_key"].item()
    raise AssertionError(loan_id)
