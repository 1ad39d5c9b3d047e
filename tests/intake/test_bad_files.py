"""Files that cannot be believed: refused with a code, at once, and nothing written."""

import io
import time
import zipfile
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from forbear.intake.row_states import RowCounts
from forbear.intake.sources import Limits, TapeUnreadable, open_source
from intake.tape_files import (
    FLAT_HEAD,
    FLAT_ROW,
    SOUND,
    bytes_of,
    places,
    run,
    taken_book,
    write_tape,
)

GIB = 1024**3
NOTHING = RowCounts(0, 0, 0, 0, 0)


def refused(tmp_path: Path, file: Path, code: str, limits: Limits | None = None) -> None:
    """Import `file` into a book with loans: refused for `code`, and the book as it was."""
    book = taken_book(tmp_path)
    before = bytes_of(book)
    report = run(file, book, preset_name="forbear-flat", lender="yunshan", limits=limits)
    assert (report.outcome, report.counts, report.rows) == ("refused", {code: 1}, NOTHING)
    assert bytes_of(book) == before


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (f"{FLAT_HEAD}\n{FLAT_ROW}\n", "utf-16"),
        ("prénom,âge,né\nRené,élève,à Orléans\n", "latin-1"),
        (f"{FLAT_HEAD.replace('借', '貸').replace('号', '號')}\n", "big5"),
    ],
)
def test_unknown_encoding_is_refused(tmp_path: Path, text: str, encoding: str) -> None:
    file = tmp_path / "tape.csv"
    file.write_bytes(text.encode(encoding, errors="ignore"))
    refused(tmp_path, file, "encoding_unknown")


def test_truncated_parquet_is_refused(tmp_path: Path) -> None:
    whole = io.BytesIO()
    pl.DataFrame({"借据号": [f"L{i}" for i in range(1000)]}).write_parquet(whole)
    file = tmp_path / "tape.parquet"
    file.write_bytes(whole.getvalue()[:-200])
    refused(tmp_path, file, "file_damaged")


@pytest.mark.parametrize("cut", [8, 60, 400])
def test_parquet_cut_anywhere_is_refused(tmp_path: Path, cut: int) -> None:
    whole = io.BytesIO()
    pl.DataFrame({"借据号": [f"L{i}" for i in range(1000)]}).write_parquet(whole)
    damaged = bytearray(whole.getvalue())
    damaged[-cut:-4] = b"\x00" * (cut - 4)
    file = tmp_path / "tape.parquet"
    file.write_bytes(damaged)
    refused(tmp_path, file, "file_damaged")


def test_line_of_two_gigabytes_is_refused_at_once(tmp_path: Path) -> None:
    file = tmp_path / "tape.csv"
    with file.open("wb") as sparse:
        sparse.write(FLAT_HEAD.encode() + b"\n")
        sparse.truncate(2 * GIB)
    started = time.monotonic()
    refused(tmp_path, file, "line_too_long")
    assert time.monotonic() - started < 5  # reading 2 GiB would take longer and 2 GiB of memory


def test_file_over_the_limit_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "tape.csv"
    file.write_text(f"{FLAT_HEAD}\n{FLAT_ROW}\n" * 10, encoding="utf-8")
    refused(tmp_path, file, "file_too_large", Limits(file_bytes=1000))


def test_longest_line_counts_across_chunks(tmp_path: Path) -> None:
    file = tmp_path / "tape.csv"
    file.write_bytes(b"a\n" + b"x" * (1024 * 1024) + b"\n")
    assert open_source(file).format == "csv"  # exactly at the limit
    file.write_bytes(b"a\n" + b"x" * (1024 * 1024 + 1) + b"\n")
    with pytest.raises(TapeUnreadable, match="line_too_long"):
        open_source(file)


def zip_with(file: Path, part: str, megabytes: int) -> None:
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(part, "w", force_zip64=True) as stream,
    ):
        for _ in range(megabytes):
            stream.write(b" " * 1024 * 1024)


def test_zip_bomb_is_refused_before_parsing(tmp_path: Path) -> None:
    file = tmp_path / "tape.xlsx"
    zip_with(file, "xl/worksheets/sheet1.xml", 64)  # 64 MiB out of about 64 KiB
    refused(tmp_path, file, "workbook_inflates")


def test_zip_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "tape.xlsx"
    zip_with(file, "xl/worksheets/sheet1.xml", 64)
    real = (64 * 1024 * 1024).to_bytes(4, "little")
    file.write_bytes(file.read_bytes().replace(real, (100).to_bytes(4, "little")))
    book = taken_book(tmp_path)
    before = bytes_of(book)
    report = run(file, book, preset_name="forbear-flat", lender="yunshan")
    assert report.outcome == "refused"
    assert bytes_of(book) == before


def test_entity_expansion_in_a_workbook_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "tape.xlsx"
    workbook = openpyxl.Workbook()
    workbook.active.append(["借据号"])
    workbook.save(file)
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    parts = {}
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = bomb
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    refused(tmp_path, file, "file_damaged")


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("tape.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "format_unknown"),
        ("tape.csv.gz", b"\x1f\x8b\x08\x00", "format_unknown"),
        ("tape.xlsx", b"not a zip", "file_damaged"),
        ("tape.xlsx", b"PK\x03\x04 cut off", "file_damaged"),
        ("tape.csv", b"", "zero_rows"),
        ("tape.csv", b"a,b,a\n1,2,3\n", "duplicate_heading"),
        ("tape.csv", b"a,b\n1,2\n1,2,3\n", "row_length"),
        ("tape.csv", "a,亲属\n1,2\n1,2,3\n".encode(), "row_length"),
        ("tape.jsonl", b'{"a": 1}\n{"a": \n', "line_no_json"),
        ("tape.jsonl", b"[1, 2]\n", "line_no_json"),
        ("tape.jsonl", b"\n", "zero_rows"),
    ],
)
def test_unreadable_files_say_why(tmp_path: Path, name: str, data: bytes, code: str) -> None:
    file = tmp_path / name
    file.write_bytes(data)
    refused(tmp_path, file, code)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, tmp_path / "absent.csv", "file_missing")


def test_row_with_too_many_fields_is_named(tmp_path: Path) -> None:
    tape = write_tape(
        tmp_path / "t", {**SOUND, "payments.csv": SOUND["payments.csv"] + "a,b,c,d,e,f\n"}
    )
    report = run(tape, tmp_path / "book")
    assert places(report) == [("row_length", "payments.csv", 3, None)]


def test_formula_and_error_cells_are_findings(tmp_path: Path) -> None:
    file = tmp_path / "tape.xlsx"
    workbook = openpyxl.Workbook()
    workbook.active.append(FLAT_HEAD.split(","))
    workbook.active.append(FLAT_ROW.split(","))
    workbook.active.append(FLAT_ROW.replace("B1,L1", "B2,L2").split(","))
    workbook.active["F2"] = "=6000*2"
    workbook.active["G3"] = "#DIV/0!"
    workbook.save(file)
    report = run(file, tmp_path / "book", preset_name="forbear-flat")
    assert [(f.code, f.row, f.column, f.value_class) for f in report.findings] == [
        ("formula_cell", 1, "本金", "formula"),
        ("formula_cell", 2, "年利率", "error value"),
    ]
    assert report.rows == RowCounts(2, 0, 2, 0, 0)
    assert not (tmp_path / "book").exists()
