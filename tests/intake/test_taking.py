"""Taken whole or not at all, once, with persons apart; what is not taken is kept to be mended."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from forbear.intake.accepting import BookChanged, accept
from forbear.intake.checking import CheckRequest, check
from forbear.intake.presets.catalogue import preset
from forbear.intake.rejected_rows import escaped
from forbear.intake.reports import TapeKind
from forbear.intake.row_states import RowCounts
from forbear.intake.tapes import open_tape
from forbear.portfolio.book import Book
from intake.tape_files import (
    DAY,
    FLAT_HEAD,
    FLAT_ROW,
    SOUND,
    bytes_of,
    changed,
    run,
    taken_book,
    write_tape,
)

BAD = changed("loans.csv", "2026-08-14", "never")
PERSONS = f"{FLAT_HEAD},姓名,手机号\n{FLAT_ROW},林小满,19900000231\n"


def test_same_content_again_writes_nothing(tmp_path: Path) -> None:
    book = taken_book(tmp_path)
    before = bytes_of(book)
    report = run(write_tape(tmp_path / "copy"), book)
    assert (report.outcome, report.rows) == ("already_taken", RowCounts(11, 11, 0, 0, 0))
    assert bytes_of(book) == before


def test_same_content_of_another_lender_is_another_tape(tmp_path: Path) -> None:
    book = taken_book(tmp_path)
    assert run(write_tape(tmp_path / "copy"), book, lender="yunshan").outcome == "taken"
    assert Book.open(book).scan_all("loans").collect().height == 6


def test_dry_run_writes_nothing(tmp_path: Path) -> None:
    report = run(write_tape(tmp_path / "t"), tmp_path / "book", dry_run=True)
    assert (report.outcome, report.tables["loans"]) == ("dry_run", 3)
    assert not (tmp_path / "book").exists()


def test_one_error_refuses_the_whole_tape(tmp_path: Path) -> None:
    report = run(write_tape(tmp_path / "t", BAD), tmp_path / "book")
    assert report.outcome == "refused"
    assert report.tables == {}
    assert not (tmp_path / "book").exists()


def test_clean_rows_are_taken_and_the_others_mended_and_read_again(tmp_path: Path) -> None:
    book, rejected = tmp_path / "book", tmp_path / "rejected"
    tape = write_tape(tmp_path / "t", BAD)
    report = run(tape, book, clean_rows_only=True, rejected_to=rejected)
    assert report.rows == RowCounts(11, 7, 1, 3, 0)
    assert report.tables == {"borrowers": 2, "loans": 2, "instalments": 2, "payments": 1}
    assert sorted(p.name for p in rejected.iterdir()) == [
        "instalments.csv",
        "loans.csv",
        "payments.csv",
    ]
    loans = rejected / "loans.csv"
    assert oct(loans.stat().st_mode & 0o777) == "0o600"
    row = pl.read_csv(loans, infer_schema=False).row(0, named=True)
    assert (row["loan_id"], row["forbear_row"], row["forbear_findings"]) == ("L1", "1", "bad_date")
    waiting = pl.read_csv(rejected / "payments.csv", infer_schema=False)
    assert waiting["forbear_findings"].to_list() == ["quarantined"]
    loans.write_text(loans.read_text(encoding="utf-8").replace("never", "2026-08-14"))
    again = run(rejected, book)
    assert (again.outcome, again.rows) == ("taken", RowCounts(4, 4, 0, 0, 0))
    assert Book.open(book).scan_all("loans").collect().height == 3


def test_what_a_spreadsheet_would_execute_is_escaped() -> None:
    cells = ["=cmd|x", "+86 1", "-2+3", "@SUM(1)", "\tx", "-5.00", "+3", "12%", "正常", None]
    assert escaped(pl.DataFrame({"a": cells}))["a"].to_list() == [
        "'=cmd|x",
        "'+86 1",
        "'-2+3",
        "'@SUM(1)",
        "'\tx",
        "-5.00",
        "+3",
        "12%",
        "正常",
        None,
    ]


def test_persons_are_handed_over_and_never_written(tmp_path: Path) -> None:
    file = tmp_path / "tape.csv"
    file.write_text(PERSONS, encoding="utf-8")
    handed: list[pl.DataFrame] = []
    report = run(file, tmp_path / "book", preset_name="forbear-flat", store_persons=handed.append)
    assert report.persons == 1
    assert handed[0].rows() == [("qinghe", "B1", "林小满", "19900000231", None, None)]
    written = bytes_of(tmp_path / "book")
    assert not any("林小满".encode() in d or b"19900000231" in d for d in written.values())
    told = str(report.as_json())
    assert "林小满" not in told and "19900000231" not in told


def test_desk_that_refuses_the_persons_keeps_the_book_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "tape.csv"
    file.write_text(PERSONS, encoding="utf-8")
    book = taken_book(tmp_path)
    before = bytes_of(book)

    def refuse(persons: pl.DataFrame) -> None:
        raise ConnectionError("no desk")

    with pytest.raises(ConnectionError):
        run(file, book, preset_name="forbear-flat", lender="yunshan", store_persons=refuse)
    assert bytes_of(book) == before


def test_check_does_not_hold_when_the_book_moved_on(tmp_path: Path) -> None:
    mapping, folder = preset("forbear"), taken_book(tmp_path)
    book = Book.open(folder)
    request = CheckRequest("yunshan", TapeKind.NEW, DAY)
    checked = check(open_tape(write_tape(tmp_path / "t"), mapping), mapping, request, book)
    run(write_tape(tmp_path / "other"), folder, lender="hesui")
    before = bytes_of(folder)
    with pytest.raises(BookChanged):
        accept(checked, Book.open(folder))
    assert bytes_of(folder) == before


KILLED = """
import os, signal, sys
from pathlib import Path
from forbear.portfolio import book
real = book.Draft.replace
def slow(self, table, partition, frame):
    real(self, table, partition, frame)
    if table == "instalments":
        os.kill(os.getpid(), signal.SIGKILL)
book.Draft.replace = slow
sys.path.insert(0, sys.argv[3])
from intake.tape_files import run
run(Path(sys.argv[1]), Path(sys.argv[2]), lender="yunshan")
"""


def test_killed_while_taking_leaves_the_old_book(tmp_path: Path) -> None:
    book = taken_book(tmp_path)
    manifest = (book / "book.json").read_bytes()
    loans = Book.open(book).scan_all("loans").collect()
    tape = write_tape(tmp_path / "t")
    tests = str(Path(__file__).parents[1])
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tape), str(book), tests],
        env={**os.environ, "PYTHONPATH": tests},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert (book / "book.json").read_bytes() == manifest
    assert Book.open(book).scan_all("loans").collect().equals(loans)
    assert run(tape, book, lender="yunshan").outcome == "taken"
    assert Book.open(book).scan_all("loans").collect().height == 6


def test_sound_is_what_the_other_tests_stand_on() -> None:
    assert sum(len(text.splitlines()) - 1 for text in SOUND.values()) == 11
