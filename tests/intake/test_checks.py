"""Each finding: the one fault planted, the exact place it is reported at, nothing written."""

from decimal import Decimal
from pathlib import Path

import pytest

from forbear.intake.checks.examined import Parameters
from forbear.intake.reports import ControlTotals
from forbear.intake.row_states import RowCounts
from intake.tape_files import SOUND, bytes_of, changed, places, run, taken_book, write_tape


def test_sound_tape_is_taken_with_its_totals(tmp_path: Path) -> None:
    report = run(write_tape(tmp_path / "t"), tmp_path / "book")
    assert report.outcome == "taken"
    assert report.rows == RowCounts(11, 11, 0, 0, 0)
    assert report.tables == {"borrowers": 2, "loans": 3, "instalments": 4, "payments": 2}
    # L1 owes its second instalment: 10000 + 100; L2 is paid; L3 is not yet due.
    assert report.totals == ControlTotals(3, {"CNY": 60000}, {"CNY": 10100})


FAULTS = [
    # file, what stood there, what stands there now, code, row, column
    ("loans.csv", "L1,B1,cash,CNY,20000", ",B1,cash,CNY,20000", "missing_value", 1, "loan_id"),
    ("loans.csv", "2026-08-14", "2026-02-30", "date_impossible", 1, "disbursed_on"),
    ("loans.csv", "2026-08-14", "soon", "bad_date", 1, "disbursed_on"),
    ("loans.csv", "2026-11-01", "2026-11-21", "date_impossible", 3, "disbursed_on"),
    (
        "loans.csv",
        "L2,B2,cash,CNY,30000",
        "L2,B2,cash,XYZ,30000",
        "unknown_currency",
        2,
        "currency",
    ),
    ("loans.csv", "CNY,30000", "CNY,-30000", "negative_amount", 2, "principal_minor"),
    ("loans.csv", "CNY,30000", "CNY,0", "principal_zero", 2, "principal_minor"),
    ("loans.csv", "CNY,30000", "CNY,many", "amount_unreadable", 2, "principal_minor"),
    ("loans.csv", "CNY,30000", "CNY,30000.5", "amount_below_minor_unit", 2, "principal_minor"),
    ("loans.csv", "2026-09-01,0.12", "2026-09-01,12", "rate_unreadable", 2, "interest_rate_annual"),
    ("loans.csv", "L2,B2", "L2,B9", "unknown_borrower", 2, "borrower_id"),
    ("loans.csv", "L2,B2,cash", "L2,B2,call 19900000001", "phone_in_text", 2, "product"),
    ("loans.csv", "CNY,30000", "CNY,30001", "schedule_sum_differs", 2, "principal_minor"),
    ("instalments.csv", "L1,2,", "L1,3,", "schedule_gap", 2, "seq"),
    ("instalments.csv", "L1,2,2026-10-14", "L1,2,2026-09-13", "schedule_gap", 2, "due_on"),
    ("instalments.csv", "L1,2,", "L1,one,", "number_unreadable", 2, "seq"),
    ("instalments.csv", "L1,2,2026-10-14", "L9,1,2026-10-14", "unknown_loan", 2, "loan_id"),
    ("instalments.csv", "30000,300", "30000,-300", "negative_amount", 3, "interest_minor"),
    ("payments.csv", "2026-10-05", "2026-08-31", "payment_before_disbursement", 2, "effective_on"),
    ("payments.csv", "2026-10-05", "2026-11-21", "date_impossible", 2, "effective_on"),
    ("payments.csv", "L2,P2", "L8,P2", "unknown_loan", 2, "loan_id"),
    ("payments.csv", "30300,payment", "30300,gift", "unknown_enumeration", 2, "kind"),
    ("payments.csv", "30300,payment", "-30300,payment", "negative_amount", 2, "amount_minor"),
    ("payments.csv", "30300,payment", "30300,refund", "sign_differs", 2, "amount_minor"),
    ("payments.csv", "30300,payment", "-30300,reversal", "reversal_of_nothing", 2, "reverses"),
]


@pytest.mark.parametrize(("file", "old", "new", "code", "row", "column"), FAULTS)
def test_one_fault_is_found_where_it_is_and_nothing_is_written(
    tmp_path: Path, file: str, old: str, new: str, code: str, row: int, column: str
) -> None:
    book = taken_book(tmp_path)
    before = bytes_of(book)
    tape = write_tape(tmp_path / "bad", changed(file, old, new))
    report = run(tape, book, lender="yunshan")
    assert (code, file, row, column) in places(report)
    assert report.outcome == "refused"
    assert bytes_of(book) == before


def test_equal_rows_count_once_and_differing_ones_never(tmp_path: Path) -> None:
    again = SOUND["loans.csv"] + "L2,B2,cash,CNY,30000,2026-09-01,0.12\n"
    other = SOUND["loans.csv"] + "L2,B2,cash,CNY,30000,2026-09-02,0.12\n"
    equal = run(write_tape(tmp_path / "a", {**SOUND, "loans.csv": again}), tmp_path / "book")
    assert places(equal) == [("duplicate_row", "loans.csv", 4, "loan_id")]
    assert equal.rows == RowCounts(12, 11, 1, 0, 0)
    differing = run(write_tape(tmp_path / "b", {**SOUND, "loans.csv": other}), tmp_path / "book")
    assert places(differing) == [
        ("duplicate_row", "loans.csv", 2, "loan_id"),
        ("duplicate_row", "loans.csv", 4, "loan_id"),
    ]
    # Both loan rows are rejected; L2's instalment and payment hang on them.
    assert differing.rows == RowCounts(12, 8, 2, 2, 0)


def test_loan_already_in_the_book_is_a_duplicate(tmp_path: Path) -> None:
    book = taken_book(tmp_path)
    before = bytes_of(book)
    tape = write_tape(tmp_path / "again", changed("loans.csv", "L3,B2,cash", "L3,B2,card"))
    report = run(tape, book)
    assert report.counts["duplicate_row"] == 3 + 2  # three loans, two payments
    assert bytes_of(book) == before


def test_product_not_on_the_list(tmp_path: Path) -> None:
    parameters = Parameters(products=frozenset({"card"}))
    report = run(write_tape(tmp_path / "t"), tmp_path / "book", parameters=parameters)
    assert report.counts == {"unknown_product": 3}


def test_rate_above_the_cap_is_a_warning_only(tmp_path: Path) -> None:
    parameters = Parameters(rate_cap_annual=Decimal("0.119"))
    report = run(write_tape(tmp_path / "t"), tmp_path / "book", parameters=parameters)
    assert report.counts == {"rate_above_cap": 3}
    assert report.outcome == "taken"


def test_lenders_bucket_that_differs_is_a_warning(tmp_path: Path) -> None:
    # Ours on 2026-11-20: L1 unmet since 2026-10-14, 37 days, M2; L2 and L3 none, M0.
    head, *rows = SOUND["loans.csv"].splitlines()
    claims = ("37,M2", "3,M1", "0,M0")
    text = "\n".join(
        [f"{head},lender_days_past_due,lender_bucket"]
        + [f"{row},{claim}" for row, claim in zip(rows, claims, strict=True)]
    )
    report = run(write_tape(tmp_path / "t", {**SOUND, "loans.csv": text + "\n"}), tmp_path / "book")
    assert places(report) == [
        ("bucket_differs", "loans.csv", 2, "lender_bucket"),
        ("bucket_differs", "loans.csv", 2, "lender_days_past_due"),
    ]
    assert report.outcome == "taken"


def test_missing_column_names_the_column(tmp_path: Path) -> None:
    tape = write_tape(tmp_path / "t", changed("loans.csv", ",disbursed_on,", ",paid_out,"))
    report = run(tape, tmp_path / "book")
    assert places(report) == [("missing_column", "loans.csv", None, "disbursed_on")]
    assert report.rows == RowCounts(11, 0, 11, 0, 0)
    assert not (tmp_path / "book").exists()


def test_file_without_rows_is_refused(tmp_path: Path) -> None:
    heads = {name: text.splitlines()[0] + "\n" for name, text in SOUND.items()}
    report = run(write_tape(tmp_path / "t", heads), tmp_path / "book")
    assert report.counts["zero_rows"] == 1
    assert report.outcome == "refused"
