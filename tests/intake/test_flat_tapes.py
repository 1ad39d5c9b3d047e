"""Flat tapes: schedules as `loans.schedules` computes them, and what cannot follow from terms."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from forbear.intake.reports import ImportReport
from forbear.loans.schedules import schedule
from forbear.loans.terms import RepaymentMethod, Terms
from forbear.portfolio.book import Book
from forbear.primitives.money import Currency, Money
from intake.tape_files import FLAT_HEAD, FLAT_ROW, bytes_of, run

METHODS = {
    "等额本息": RepaymentMethod.EQUAL_INSTALMENT,
    "等额本金": RepaymentMethod.EQUAL_PRINCIPAL,
    "先息后本": RepaymentMethod.INTEREST_FIRST,
    "到期一次还本付息": RepaymentMethod.BULLET,
}


def flat(folder: Path, row: str, head: str = FLAT_HEAD) -> ImportReport:
    file = folder / "tape.csv"
    file.write_text(f"{head}\n{row}\n", encoding="utf-8")
    return run(file, folder / "book", preset_name="forbear-flat")


@pytest.mark.parametrize("word", METHODS)
@pytest.mark.parametrize("first_due", ["2026-02-15", "2026-01-31", "2026-02-28"])
def test_schedule_is_the_one_the_terms_give(tmp_path: Path, word: str, first_due: str) -> None:
    count = 1 if METHODS[word] is RepaymentMethod.BULLET else 14
    row = f"B1,L1,cash,CNY,2026-01-15,12345.67,17.35,{word},{count},{first_due}"
    assert flat(tmp_path, row).outcome == "taken"
    terms = Terms(
        principal=Money(1_234_567, Currency.CNY),
        interest_rate_annual=Decimal("0.1735"),
        instalment_count=count,
        disbursed_on=date(2026, 1, 15),
        first_due_on=date.fromisoformat(first_due),
        method=METHODS[word],
    )
    stored = Book.open(tmp_path / "book").scan_all("instalments").collect().sort("seq")
    columns = ("seq", "due_on", "principal_minor", "interest_minor")
    assert stored.select(columns).rows() == [
        (i.seq, i.due_on, i.principal_minor, i.interest_minor) for i in schedule(terms)
    ]


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        (",12,2026-02-15", ",0,2026-02-15", "期数"),
        (",12,2026-02-15", ",601,2026-02-15", "期数"),
        ("2026-02-15", "2026-01-15", "首期还款日"),
        ("等额本息", "到期一次还本付息", "期数"),
    ],
)
def test_terms_no_schedule_follows_from(tmp_path: Path, old: str, new: str, column: str) -> None:
    report = flat(tmp_path, FLAT_ROW.replace(old, new))
    assert [(f.code, f.row, f.column) for f in report.findings] == [("terms_impossible", 1, column)]
    assert bytes_of(tmp_path / "book") == {}


def test_last_due_date_must_be_the_schedules(tmp_path: Path) -> None:
    head = f"{FLAT_HEAD},末期还款日"
    assert flat(tmp_path, f"{FLAT_ROW},2027-01-16", head).counts == {"terms_impossible": 1}
    assert flat(tmp_path, f"{FLAT_ROW},2027-01-15", head).outcome == "taken"


def test_everything_paid_is_one_payment_on_the_last_day(tmp_path: Path) -> None:
    head = f"{FLAT_HEAD},已还总额,最近还款日,逾期天数,分档"
    # Twelve instalments of 1066.19; nine paid by 2026-10-20, the tenth due 2026-11-15: 5 days.
    report = flat(tmp_path, f"{FLAT_ROW},9595.71,2026-10-20,5,M1", head)
    assert (report.outcome, report.counts) == ("taken", {})
    assert report.totals.arrears_minor == {"CNY": 106_619}
    paid = Book.open(tmp_path / "book").scan_all("payments").collect()
    assert paid.select("payment_id", "effective_on", "amount_minor", "kind").rows() == [
        ("L1-paid", date(2026, 10, 20), 959_571, "payment")
    ]


def test_money_paid_without_a_day_is_an_error(tmp_path: Path) -> None:
    report = flat(tmp_path, f"{FLAT_ROW},100.00", f"{FLAT_HEAD},已还总额")
    assert report.counts == {"missing_value": 1}


def test_more_paid_than_scheduled_is_a_warning(tmp_path: Path) -> None:
    head = f"{FLAT_HEAD},已还总额,最近还款日"
    report = flat(tmp_path, f"{FLAT_ROW},99999.00,2026-10-20", head)
    assert (report.outcome, report.counts) == ("taken", {"paid_total_differs": 1})


def test_pause_and_re_age_become_events(tmp_path: Path) -> None:
    head = f"{FLAT_HEAD},暂停起始日,暂停截止日,重定逾期日"
    flat(tmp_path, f"{FLAT_ROW},2026-03-01,2026-03-31,2026-05-01", head)
    events = Book.open(tmp_path / "book").scan_all("delinquency_events").collect()
    assert events.select("kind", "starts_on", "ends_on").sort("kind").rows() == [
        ("pause", date(2026, 3, 1), date(2026, 3, 31)),
        ("re_age", date(2026, 5, 1), None),
    ]


def test_one_borrower_with_two_loans_is_one_borrower(tmp_path: Path) -> None:
    report = flat(tmp_path, f"{FLAT_ROW}\n{FLAT_ROW.replace('L1', 'L2')}")
    assert report.tables["borrowers"] == 1
    assert report.tables["loans"] == 2
    books = Book.open(tmp_path / "book").scan_all("borrowers").collect()
    assert books["borrower_id"].to_list() == ["B1"]


def test_yen_and_shillings_have_no_minor_unit(tmp_path: Path) -> None:
    rows = FLAT_ROW.replace("CNY", "UGX").replace("12000.00", "12000")
    rows += "\n" + FLAT_ROW.replace("L1", "L2")
    assert flat(tmp_path, rows).outcome == "taken"
    loans = Book.open(tmp_path / "book").scan_all("loans").collect().sort("loan_id")
    assert loans["principal_minor"].to_list() == [12_000, 1_200_000]
    assert loans.filter(pl.col("currency") == "UGX")["loan_id"].to_list() == ["L1"]
