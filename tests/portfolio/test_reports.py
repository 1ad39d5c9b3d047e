"""Roll rates, ladder and vintages, with the moves counted by hand."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import polars as pl

from builders import book_of, day, frame, instalments, loan_row, payment, record
from forbear.delinquency.transitions import is_cure, roll_rates
from forbear.delinquency.vintages import vintage_curves
from forbear.delinquency.vintages_columns import vintage_curves as vintage_columns
from forbear.portfolio import reports
from forbear.portfolio.aging import age_book
from forbear.portfolio.book import Book
from forbear.portfolio.taking import take


def test_roll_rates_count_each_loan_at_each_month_end(tmp_path: Path) -> None:
    # one loan due 2026-02-10; at the ends of January … May: M0 M1 M2 M3, paid 2026-05-20 → settled
    late = (instalments(("2026-02-10", 100)), [payment("2026-05-20", 100)])
    # the other pays in time on 2026-02-10: M0 at the end of January, settled by February
    good = (instalments(("2026-02-10", 100)), [payment("2026-02-10", 100)])
    book = book_of(tmp_path / "b", {"late": late, "good": good})
    got = reports.roll_rates(book, until=day("2026-05-31")).to_dicts()
    assert [(r["from"], r["to"], r["n"], r["share"]) for r in got] == [
        ("M0", "M1", 1, 0.5),
        ("M0", "settled", 1, 0.5),
        ("M1", "M2", 1, 1.0),
        ("M2", "M3", 1, 1.0),
        ("M3", "settled", 1, 1.0),
    ]


def test_shares_of_a_row_add_up_to_one() -> None:
    made = roll_rates([("M1", "M0"), ("M1", "M2"), ("M1", "M2")], ["M0", "M1", "M2"])
    assert [r.share for r in made] == [Fraction(1, 3), Fraction(2, 3)]
    assert is_cure(12, 0)
    assert not is_cure(0, 0)


def test_the_ladder_shows_empty_buckets_too(tmp_path: Path) -> None:
    book = book_of(tmp_path / "b", {"L1": (instalments(("2026-10-14", 700)), [])})
    rows = reports.dpd_ladder(age_book(book, day("2026-11-20"))).to_dicts()
    assert [r["bucket"] for r in rows] == ["M0", "M1", "M2", "M3", "M4", "M5", "M6", "M7+"]
    assert [r["loans"] for r in rows] == [0, 0, 1, 0, 0, 0, 0, 0]
    assert rows[2]["arrears_minor"] == 700


def test_a_vintage_once_late_stays_counted(tmp_path: Path) -> None:
    # paid out in January; 30+ days late at the end of March (49 days), paid in April
    late = (instalments(("2026-02-10", 100)), [payment("2026-04-02", 100)])
    good = (instalments(("2026-06-10", 100)), [])
    book = book_of(tmp_path / "b", {"late": late, "good": good})
    states = reports.month_states(book, until=day("2026-05-31"))
    got = reports.vintages(states).to_dicts()
    assert [(r["months_on_book"], r["late"], r["loans"]) for r in got] == [
        (0, 0, 2),
        (1, 0, 2),
        (2, 1, 2),
        (3, 1, 2),
        (4, 1, 2),
    ]


def test_vintage_twins_agree() -> None:
    loans = [
        (day("2026-01-05"), None),
        (day("2026-02-05"), day("2026-03-07")),
        (day("2025-12-31"), day("2026-01-31")),
        (day("2026-04-30"), day("2026-04-30")),
    ]
    as_of = day("2026-04-30")
    columns = vintage_columns(
        pl.LazyFrame(loans, schema={"disbursed_on": pl.Date(), "late_on": pl.Date()}, orient="row"),
        as_of,
    ).collect()
    scalar = [(p.vintage, p.months_on_book, p.loans, p.late) for p in vintage_curves(loans, as_of)]
    assert columns.select("vintage", "months_on_book", "loans", "late").rows() == scalar


def test_reports_end_with_what_the_book_knows(tmp_path: Path) -> None:
    """A due date after the tape's business date is no knowledge: nobody can have missed it yet."""
    book = book_of(tmp_path / "b", {"L1": (instalments(("2026-10-14", 5), ("2027-10-14", 5)), [])})
    moves = reports.roll_rates(book).to_dicts()
    # month ends January … October 2026: M0 nine times, then M1; nothing after 2026-11-20
    assert [(r["from"], r["to"], r["n"]) for r in moves] == [("M0", "M0", 8), ("M0", "M1", 1)]


def test_a_recalled_loan_counts_in_no_month(tmp_path: Path) -> None:
    book = book_of(tmp_path / "b", {"L1": (instalments(("2026-12-14", 5)), [])})
    gone = frame("loans", [loan_row("L1", recalled_on=day("2026-03-20"))])
    take(book, {"loans": gone}, record=record(sha256="2" * 64, kind="recall"), lender_terms={})
    moves = reports.roll_rates(Book.open(book.root)).to_dicts()
    assert [(r["from"], r["to"], r["n"]) for r in moves] == [("M0", "M0", 1)]


def test_one_lender_of_a_shared_book_is_reported_alone(tmp_path: Path) -> None:
    book = book_of(tmp_path / "b", {"L1": (instalments(("2026-02-10", 5)), [])})
    of_r = replace(record(sha256="2" * 64), lender="r")
    take(book, {"loans": frame("loans", [loan_row("X", lender="r")])}, record=of_r, lender_terms={})
    book = Book.open(book.root)
    until = day("2026-03-31")
    alone = reports.roll_rates(book, until=until, lender="q").to_dicts()
    assert [(r["from"], r["to"], r["n"]) for r in alone] == [("M0", "M1", 1), ("M1", "M2", 1)]
    assert reports.roll_rates(book, until=until, lender="nobody").height == 0
