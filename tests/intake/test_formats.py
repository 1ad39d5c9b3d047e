"""The same rows in every format and encoding give the same book."""

from datetime import date, datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from forbear.intake.encodings import Encoding
from forbear.intake.reports import ImportReport
from forbear.intake.sources import Format, open_source
from forbear.portfolio.book import Book
from intake.tape_files import FLAT_HEAD, FLAT_ROW, SOUND, run, write_tape

TEXT = f"{FLAT_HEAD}\n{FLAT_ROW}\n"


def loans_of(folder: Path) -> list[tuple[object, ...]]:
    loans = Book.open(folder).scan_all("loans")
    return (
        loans.select("loan_id", "borrower_id", "principal_minor", "disbursed_on").collect().rows()
    )


def taken(report: ImportReport, folder: Path) -> None:
    assert report.outcome == "taken"
    assert loans_of(folder) == [("L1", "B1", 1_200_000, date(2026, 1, 15))]


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", Encoding.UTF_8),
        ("utf-8-sig", Encoding.UTF_8_BOM),
        ("gb18030", Encoding.GB18030),
        ("gbk", Encoding.GB18030),
    ],
)
def test_every_encoding_of_a_chinese_csv(tmp_path: Path, encoding: str, found: Encoding) -> None:
    file = tmp_path / "tape.csv"
    file.write_bytes(TEXT.encode(encoding))
    assert open_source(file).encoding is found
    taken(run(file, tmp_path / "book", preset_name="forbear-flat"), tmp_path / "book")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_separator(tmp_path: Path, separator: str) -> None:
    file = tmp_path / "tape.csv"
    file.write_text(TEXT.replace(",", separator).replace("\n", "\r\n"), encoding="utf-8")
    taken(run(file, tmp_path / "book", preset_name="forbear-flat"), tmp_path / "book")


def test_xlsx_with_real_dates_and_numbers(tmp_path: Path) -> None:
    file = tmp_path / "tape.xlsx"
    workbook = openpyxl.Workbook()
    workbook.active.append(FLAT_HEAD.split(","))
    first_due = datetime(2026, 2, 15)
    row = [
        "B1",
        "L1",
        "消费贷",
        "CNY",
        datetime(2026, 1, 15),
        12000.0,
        12,
        "等额本息",
        12,
        first_due,
    ]
    workbook.active.append(row)
    workbook.save(file)
    assert open_source(file).format is Format.XLSX
    taken(run(file, tmp_path / "book", preset_name="forbear-flat"), tmp_path / "book")


def test_xlsx_id_of_18_digits_as_a_number_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "tape.xlsx"
    workbook = openpyxl.Workbook()
    workbook.active.append(FLAT_HEAD.split(","))
    workbook.active.append([990101199001011234, *FLAT_ROW.split(",")[1:]])
    workbook.save(file)
    report = run(file, tmp_path / "book", preset_name="forbear-flat")
    assert [(f.code, f.row, f.column) for f in report.findings] == [
        ("digits_lost", 1, "借款人编号")
    ]


def test_json_lines_and_parquet(tmp_path: Path) -> None:
    frame = pl.read_csv(TEXT.encode(), infer_schema=False)
    typed = frame.with_columns(
        pl.col("本金").cast(pl.Float64),
        pl.col("期数").cast(pl.Int32),
        pl.col("放款日").str.to_date(),
        pl.col("首期还款日").str.to_datetime(),
    )
    frame.write_ndjson(tmp_path / "tape.jsonl")
    typed.write_parquet(tmp_path / "tape.parquet")
    for name in ("tape.jsonl", "tape.parquet"):
        folder = tmp_path / f"book-{name}"
        taken(run(tmp_path / name, folder, preset_name="forbear-flat"), folder)


def test_float_amount_finer_than_a_fen_is_refused_not_rounded(tmp_path: Path) -> None:
    frame = pl.read_csv(TEXT.encode(), infer_schema=False)
    frame.with_columns(pl.lit(0.1 + 0.2).alias("本金")).write_parquet(tmp_path / "tape.parquet")
    report = run(tmp_path / "tape.parquet", tmp_path / "book", preset_name="forbear-flat")
    assert report.counts == {"amount_below_minor_unit": 1}


def test_format_goes_by_content_not_by_name(tmp_path: Path) -> None:
    pl.read_csv(TEXT.encode(), infer_schema=False).write_parquet(tmp_path / "tape.csv")
    assert open_source(tmp_path / "tape.csv").format is Format.PARQUET


def test_tape_of_mixed_formats(tmp_path: Path) -> None:
    folder = write_tape(tmp_path / "t", {k: v for k, v in SOUND.items() if k != "payments.csv"})
    pl.read_csv(SOUND["payments.csv"].encode()).write_parquet(folder / "payments.parquet")
    assert run(folder, tmp_path / "book").tables["payments"] == 2


def test_data_file_the_mapping_does_not_mention_is_a_warning(tmp_path: Path) -> None:
    folder = write_tape(tmp_path / "t", {**SOUND, "payment.csv": SOUND["payments.csv"]})
    report = run(folder, tmp_path / "book")
    assert [(f.code, f.file) for f in report.findings] == [("file_not_read", "payment.csv")]
    assert report.outcome == "taken"


def test_two_files_for_one_table_are_refused(tmp_path: Path) -> None:
    folder = write_tape(tmp_path / "t")
    pl.read_csv(SOUND["payments.csv"].encode()).write_parquet(folder / "payments.parquet")
    report = run(folder, tmp_path / "book")
    assert report.counts == {"file_ambiguous": 1}


@pytest.mark.parametrize(
    "written", ["2026-01-15", "2026/1/15", "20260115", "2026年1月15日", "2026-01-15 09:30:00"]
)
def test_ways_of_writing_a_day(tmp_path: Path, written: str) -> None:
    file = tmp_path / "tape.csv"
    file.write_text(TEXT.replace("2026-01-15", written), encoding="utf-8")
    taken(run(file, tmp_path / "book", preset_name="forbear-flat"), tmp_path / "book")


def test_blanks_thousands_and_percent_signs(tmp_path: Path) -> None:
    row = FLAT_ROW.replace("12000.00,12.00", '" 12,000.00 ",12% ').replace("B1", " B1 ")
    file = tmp_path / "tape.csv"
    file.write_text(f"{FLAT_HEAD}\n{row}\n", encoding="utf-8")
    taken(run(file, tmp_path / "book", preset_name="forbear-flat"), tmp_path / "book")
