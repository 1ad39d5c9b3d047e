"""What each kind of tape may bring and what it does to the rows the book holds."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from forbear.intake.reports import TapeKind
from forbear.intake.row_states import RowCounts
from forbear.portfolio.book import Book
from intake.tape_files import LOANS, SOUND, bytes_of, places, run, taken_book, write_tape


def loan(book: Path, loan_id: str) -> dict[str, object]:
    loans = Book.open(book).scan_all("loans").filter(pl.col("loan_id") == loan_id)
    return loans.collect().row(0, named=True)


def test_financial_tape_adds_payments(tmp_path: Path) -> None:
    book = taken_book(tmp_path)
    text = "loan_id,payment_id,effective_on,amount_minor,kind,reverses\n"
    text += "L1,P3,2026-11-01,10100,payment,\nL1,P4,2026-11-05,-10100,reversal,P3\n"
    tape = write_tape(tmp_path / "t", {"payments.csv": text})
    report = run(tape, book, kind=TapeKind.FINANCIAL)
    assert (report.outcome, report.tables) == ("taken", {"payments": 2})
    assert Book.open(book).scan_all("payments").collect().height == 4


def test_payment_sent_again_is_a_duplicate(tmp_path: Path) -> None:
    book = taken_book(tmp_path)
    before = bytes_of(book)
    text = SOUND["payments.csv"].replace("L2,P2", "L2,P5")
    tape = write_tape(tmp_path / "t", {"payments.csv": text})
    report = run(tape, book, kind=TapeKind.FINANCIAL)
    assert places(report) == [("duplicate_row", "payments.csv", 1, "payment_id")]
    assert report.rows == RowCounts(2, 1, 1, 0, 0)
    assert bytes_of(book) == before


def test_pause_sent_again_is_a_duplicate(tmp_path: Path) -> None:
    book = taken_book(tmp_path)
    text = "loan_id,kind,starts_on,ends_on\nL1,pause,2026-10-20,2026-11-18\n"
    tape = write_tape(tmp_path / "a", {"delinquency_events.csv": text})
    assert run(tape, book, kind=TapeKind.FINANCIAL).outcome == "taken"
    more = text + "L2,re_age,2026-11-01,\n"
    again = write_tape(tmp_path / "b", {"delinquency_events.csv": more})
    report = run(again, book, kind=TapeKind.FINANCIAL)
    assert places(report) == [("duplicate_row", "delinquency_events.csv", 1, "loan_id")]
    assert report.rows == RowCounts(2, 1, 1, 0, 0)


def test_financial_tape_cannot_bring_loans(tmp_path: Path) -> None:
    book = taken_book(tmp_path)
    before = bytes_of(book)
    report = run(write_tape(tmp_path / "t", {"loans.csv": LOANS}), book, kind=TapeKind.FINANCIAL)
    assert report.counts == {"table_not_of_kind": 1}
    assert bytes_of(book) == before


def test_payment_of_a_loan_nobody_knows(tmp_path: Path) -> None:
    book = taken_book(tmp_path)
    text = SOUND["payments.csv"].replace("L2,P2", "L9,P9").replace("P1", "P8")
    report = run(write_tape(tmp_path / "t", {"payments.csv": text}), book, kind=TapeKind.FINANCIAL)
    assert places(report) == [("unknown_loan", "payments.csv", 2, "loan_id")]


def test_maintenance_changes_what_it_says_and_keeps_the_rest(tmp_path: Path) -> None:
    book = taken_book(tmp_path)
    tape = write_tape(tmp_path / "t", {"loans.csv": "loan_id,product\nL3,card\n"})
    assert run(tape, book, kind=TapeKind.MAINTENANCE).outcome == "taken"
    kept = loan(book, "L3")
    assert (kept["product"], kept["principal_minor"], kept["borrower_id"]) == ("card", 10000, "B2")
    assert (kept["disbursed_on"], kept["scheduled_minor"]) == (date(2026, 11, 1), 10100)


def test_maintenance_of_a_borrower_keeps_the_zone_it_does_not_say(tmp_path: Path) -> None:
    book = taken_book(tmp_path)
    tape = write_tape(tmp_path / "t", {"borrowers.csv": "borrower_id,language\nB2,en\n"})
    assert run(tape, book, kind=TapeKind.MAINTENANCE).outcome == "taken"
    rows = Book.open(book).scan_all("borrowers").collect().sort("borrower_id")
    assert rows.select("borrower_id", "time_zone", "language").rows() == [
        ("B1", "Asia/Shanghai", "zh-Hans"),
        ("B2", "Asia/Shanghai", "en"),
    ]


def test_maintenance_of_a_borrower_nobody_knows(tmp_path: Path) -> None:
    book = taken_book(tmp_path)
    tape = write_tape(tmp_path / "t", {"borrowers.csv": "borrower_id\nB9\n"})
    report = run(tape, book, kind=TapeKind.MAINTENANCE)
    assert places(report) == [("unknown_borrower", "borrowers.csv", 1, "borrower_id")]


def test_maintenance_may_move_an_instalment_to_come(tmp_path: Path) -> None:
    book = taken_book(tmp_path)
    text = "loan_id,seq,due_on,principal_minor,interest_minor\nL3,1,2026-12-15,10000,150\n"
    tape = write_tape(tmp_path / "t", {"instalments.csv": text})
    assert run(tape, book, kind=TapeKind.MAINTENANCE).outcome == "taken"
    assert loan(book, "L3")["scheduled_minor"] == 10150


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("L1,1,2026-09-14,10000,200\nL1,2,2026-12-14,10000,100\n", [1]),  # moved: gone from its day
        ("L1,1,2026-09-14,10000,200\nL1,2,2026-10-14,10000,90\n", [1, 2]),  # cheaper
        ("L1,1,2026-09-14,10000,200\n", [1]),  # left out
    ],
)
def test_maintenance_may_not_alter_what_fell_due(
    tmp_path: Path, text: str, rows: list[int]
) -> None:
    book = taken_book(tmp_path)
    before = bytes_of(book)
    head = "loan_id,seq,due_on,principal_minor,interest_minor\n"
    tape = write_tape(tmp_path / "t", {"instalments.csv": head + text})
    report = run(tape, book, kind=TapeKind.MAINTENANCE)
    found = sorted({f.row for f in report.findings if f.code == "due_instalment_changed"})
    assert found == rows
    assert report.outcome == "refused"
    assert bytes_of(book) == before


def test_recall_marks_the_loan_and_nothing_else(tmp_path: Path) -> None:
    book = taken_book(tmp_path)
    tape = write_tape(tmp_path / "t", {"loans.csv": "loan_id,recalled_on\nL2,2026-11-18\nL3,\n"})
    assert run(tape, book, kind=TapeKind.RECALL).outcome == "taken"
    assert [loan(book, x)["recalled_on"] for x in ("L1", "L2", "L3")] == [
        None,
        date(2026, 11, 18),
        date(2026, 11, 20),  # without a day: the tape's business date
    ]
    assert loan(book, "L2")["principal_minor"] == 30000


def test_recall_of_an_unknown_loan(tmp_path: Path) -> None:
    book = taken_book(tmp_path)
    tape = write_tape(tmp_path / "t", {"loans.csv": "loan_id\nL7\n"})
    report = run(tape, book, kind=TapeKind.RECALL)
    assert places(report) == [("unknown_loan", "loans.csv", 1, "loan_id")]


def test_full_snapshot_replaces_this_lender_and_no_other(tmp_path: Path) -> None:
    book = taken_book(tmp_path)
    run(write_tape(tmp_path / "o"), book, lender="yunshan")
    half = {
        "borrowers.csv": "borrower_id\nB1\n",
        "loans.csv": "\n".join(LOANS.splitlines()[:2]) + "\n",
        "instalments.csv": "\n".join(SOUND["instalments.csv"].splitlines()[:3]) + "\n",
    }
    report = run(write_tape(tmp_path / "t", half), book, kind=TapeKind.FULL_SNAPSHOT)
    assert report.outcome == "taken"
    loans = Book.open(book).scan_all("loans").collect()
    assert sorted(loans.select("lender", "loan_id").rows()) == [
        ("qinghe", "L1"),
        ("yunshan", "L1"),
        ("yunshan", "L2"),
        ("yunshan", "L3"),
    ]
    assert Book.open(book).scan_all("payments").collect().height == 2  # yunshan's
