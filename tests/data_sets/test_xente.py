"""Xente: loans put together from pay-backs; two rows without a due date are errors."""

from pathlib import Path

import polars as pl
import pytest

from data_sets.shared_sets import data_set
from forbear.intake.row_states import RowCounts
from forbear.portfolio.book import Book
from intake.tape_files import bytes_of, places, run

pytestmark = pytest.mark.shared
FILE = "transactions_loans_paybacks.parquet"
COUNTS = {"declined": 612, "missing_value": 2, "payback_repeated": 3}


def test_missing_due_dates_refuse_the_whole_tape(tmp_path: Path) -> None:
    report = run(data_set("xente_ug_paylater"), tmp_path / "book", preset_name="xente")
    assert report.outcome == "refused"
    assert report.counts == COUNTS
    assert [(code, column) for code, _, _, column in places(report)] == [
        ("missing_value", "DueDate"),
        ("missing_value", "DueDate"),
    ]
    assert bytes_of(tmp_path / "book") == {}


def test_clean_rows_give_1157_of_1159_loans(tmp_path: Path) -> None:
    source = data_set("xente_ug_paylater")
    folder = tmp_path / "book"
    report = run(
        source,
        folder,
        preset_name="xente",
        clean_rows_only=True,
        rejected_to=tmp_path / "rejected",
    )
    # 2,100 rows: 612 declined and 3 repeated are notes; 2 lack the due date (LoanId_943 and
    # LoanId_1225, each with one pay-back only, so nothing is quarantined).
    assert report.rows == RowCounts(2_100, 1_483, 2, 0, 615)
    assert report.tables == {
        "borrowers": 239,
        "loans": 1_157,
        "instalments": 1_157,
        "payments": 1_483,
    }
    raw = pl.read_parquet(source / FILE).filter(pl.col("TransactionStatus") == 1)
    raw = raw.drop_nulls("DueDate").unique(["LoanId", "PayBackId"])
    book = Book.open(folder)
    total = int(raw["AmountLoan"].sum())  # UGX has no minor unit
    assert book.scan_all("loans").collect()["scheduled_minor"].sum() == total
    assert book.scan_all("payments").collect()["amount_minor"].sum() == total
    mended = pl.read_csv(tmp_path / "rejected" / "transactions_loans_paybacks.csv")
    assert sorted(mended["LoanId"].to_list()) == ["LoanId_1225", "LoanId_943"]
