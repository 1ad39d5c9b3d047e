"""Attempts, consents and zones: what the gate will count must be whole and possible."""

from pathlib import Path

import pytest

from forbear.intake.reports import ImportReport, TapeKind
from forbear.intake.row_states import RowCounts
from intake.tape_files import SOUND, places, run, write_tape

ATTEMPTS = """\
borrower_id,attempt_id,attempted_at,channel,number_ref,outcome
B1,A1,2026-11-20T08:42:00+08:00,voice_interactive,n1,no_answer
B2,A2,2026-11-19 09:15:00,sms,n1,delivered
"""
CONSENTS = """\
borrower_id,consent_id,kind,granted_at,withdrawn_at,from_minute,until_minute,daily_cap
B1,C1,agreed_hours,2026-10-20T19:05:00+08:00,,1080,1200,
B2,C2,attempt_cap,2026-10-20T19:05:00+08:00,,,,2
"""
WHOLE = {**SOUND, "contact_attempts.csv": ATTEMPTS, "consents.csv": CONSENTS}


def contact_import(folder: Path, name: str, old: str, new: str) -> ImportReport:
    assert WHOLE[name].count(old) == 1
    files = {**WHOLE, name: WHOLE[name].replace(old, new)}
    return run(write_tape(folder / "t", files), folder / "book")


def test_attempts_and_consents_are_taken(tmp_path: Path) -> None:
    report = run(write_tape(tmp_path / "t", WHOLE), tmp_path / "book")
    assert (report.outcome, report.counts) == ("taken", {})
    assert (report.tables["contact_attempts"], report.tables["consents"]) == (2, 2)


FAULTS = [
    (
        "contact_attempts.csv",
        "2026-11-20T08",
        "2026-11-23T08",
        "date_impossible",
        1,
        "attempted_at",
    ),
    (
        "contact_attempts.csv",
        "2026-11-19 09",
        "2026-11-31 09",
        "date_impossible",
        2,
        "attempted_at",
    ),
    ("contact_attempts.csv", "2026-11-19 09:15:00", "then", "bad_date", 2, "attempted_at"),
    ("contact_attempts.csv", ",sms,", ",fax,", "unknown_enumeration", 2, "channel"),
    ("contact_attempts.csv", "delivered", "fine", "unknown_enumeration", 2, "outcome"),
    ("contact_attempts.csv", "sms,n1", "sms,13900001111", "phone_in_text", 2, "number_ref"),
    ("contact_attempts.csv", "B2,A2", "B9,A2", "unknown_borrower", 2, "borrower_id"),
    ("consents.csv", "agreed_hours", "love", "unknown_enumeration", 1, "kind"),
    ("consents.csv", "1080,1200", ",1200", "missing_value", 1, "from_minute"),
    ("consents.csv", "1080,1200", "1080,1500", "number_unreadable", 1, "until_minute"),
    ("consents.csv", ",,,2", ",,,", "missing_value", 2, "daily_cap"),
    ("consents.csv", ",,,2", ",,,99999", "number_unreadable", 2, "daily_cap"),
    ("consents.csv", ",,1080", ",2026-10-01,1080", "date_impossible", 1, "withdrawn_at"),
    ("borrowers.csv", "B1,Asia/Shanghai", "B1,Asia/Nowhere", "unknown_enumeration", 1, "time_zone"),
]


@pytest.mark.parametrize(("file", "old", "new", "code", "row", "column"), FAULTS)
def test_one_fault_is_found_where_it_is(
    tmp_path: Path, file: str, old: str, new: str, code: str, row: int, column: str
) -> None:
    report = contact_import(tmp_path, file, old, new)
    assert (code, file, row, column) in places(report)
    assert report.outcome == "refused"
    assert not (tmp_path / "book").exists()


def test_a_bad_attempt_holds_up_its_borrower_and_nobody_else(tmp_path: Path) -> None:
    """The gate counts attempts: a borrower with one left out would seem to be contacted less."""
    report = contact_import(tmp_path, "contact_attempts.csv", ",sms,", ",fax,")
    assert report.rows == RowCounts(15, 8, 1, 6, 0)


def test_a_bad_attempt_of_a_known_borrower_cannot_be_left_out(tmp_path: Path) -> None:
    book = tmp_path / "book"
    assert run(write_tape(tmp_path / "first", SOUND), book).outcome == "taken"
    before = {p: p.read_bytes() for p in book.rglob("*.parquet")}
    later = {"contact_attempts.csv": ATTEMPTS.replace(",sms,", ",fax,")}
    report = run(
        write_tape(tmp_path / "later", later),
        book,
        kind=TapeKind.FINANCIAL,
        clean_rows_only=True,
    )
    assert report.outcome == "refused"
    assert report.counts["contact_rows_rejected"] == 1
    assert {p: p.read_bytes() for p in book.rglob("*.parquet")} == before


def test_loans_without_any_schedule_are_refused(tmp_path: Path) -> None:
    names = ("borrowers.csv", "loans.csv")
    tape = write_tape(tmp_path / "t", {name: SOUND[name] for name in names})
    report = run(tape, tmp_path / "book")
    assert report.counts == {"schedule_gap": 3}
    assert report.outcome == "refused"
