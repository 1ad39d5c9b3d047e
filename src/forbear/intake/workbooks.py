"""XLSX: opened only after its true inflated size is known; formulas are findings, not numbers.

A workbook is a zip of XML. Both can be bombs, so every part is inflated in a stream and counted
before anything is parsed, and the XML is read by defusedxml (openpyxl uses it when present).
"""

import io
import zipfile
import zlib
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
import polars as pl
from defusedxml import DefusedXmlException
from openpyxl.utils.exceptions import InvalidFileException

from forbear.intake.sources import Limits, SourceFile, unreadable
from forbear.intake.third_parties import is_third_party
from forbear.primitives.errors import require
from forbear.primitives.findings import Finding, Level

INFLATE_CHUNK = 1024 * 1024
RATIO_FLOOR_BYTES = 16 * 1024 * 1024
SAFE_DIGITS = 15


def guard_inflated_size(source: SourceFile, limits: Limits) -> None:
    """Inflate every part in a stream and count; raises `TapeUnreadable` for a bomb.

    The sizes a zip claims for itself are not believed.
    """
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(source.text)) as archive:
            for part in archive.infolist():
                with archive.open(part) as stream:
                    while chunk := stream.read(INFLATE_CHUNK):
                        total += len(chunk)
                        if _is_bomb(total, len(source.text), limits):
                            raise unreadable(
                                source.name,
                                "workbook_inflates",
                                limit_mb=str(limits.inflated_bytes // (1024 * 1024)),
                            )
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        raise unreadable(source.name, "file_damaged", format="xlsx") from None


def _is_bomb(inflated: int, packed: int, limits: Limits) -> bool:
    ratio_counts = inflated > RATIO_FLOOR_BYTES
    return inflated > limits.inflated_bytes or (
        ratio_counts and inflated > packed * limits.inflate_ratio
    )


def read_workbook(
    source: SourceFile, limits: Limits
) -> tuple[tuple[str, ...], pl.DataFrame, list[Finding]]:
    """Headings, text columns (third-party ones left out) and findings of the first sheet."""
    require(openpyxl.DEFUSEDXML, "openpyxl must read XML through defusedxml")
    guard_inflated_size(source, limits)
    try:
        book = openpyxl.load_workbook(io.BytesIO(source.text), read_only=True, keep_links=False)
        rows = iter(book[book.sheetnames[0]].iter_rows())
        headings = tuple(_heading(cell) for cell in next(rows, ()))
        return _columns(source.name, headings, rows)
    except (
        ParseError,
        DefusedXmlException,
        InvalidFileException,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
    ):
        raise unreadable(source.name, "file_damaged", format="xlsx") from None


def _heading(cell: Any) -> str:
    return "" if cell.value is None else str(cell.value).strip()


def _columns(
    name: str, headings: tuple[str, ...], rows: Any
) -> tuple[tuple[str, ...], pl.DataFrame, list[Finding]]:
    kept = [i for i, h in enumerate(headings) if h and not is_third_party(h)]
    values: list[list[str | None]] = [[] for _ in kept]
    findings: list[Finding] = []
    height = 0
    for row in rows:
        if all(cell.value is None for cell in row):
            continue
        height += 1
        for column, position in zip(values, kept, strict=True):
            cell = row[position] if position < len(row) else None
            column.append(
                None if cell is None else _text(cell, name, height, headings[position], findings)
            )
    frame = pl.DataFrame(
        [pl.Series(headings[i], v, dtype=pl.String) for i, v in zip(kept, values, strict=True)]
    )
    return tuple(h for h in headings if h), frame, findings


def _text(cell: Any, name: str, row: int, heading: str, findings: list[Finding]) -> str | None:
    """A cell's value as text; a formula or a number that lost digits is a finding and no value."""
    value = cell.value
    if value is None:
        return None
    if cell.data_type == "f":
        findings.append(Finding(name, "formula_cell", Level.ERROR, row, heading, "formula"))
        return None
    if cell.data_type == "e":
        findings.append(Finding(name, "formula_cell", Level.ERROR, row, heading, "error value"))
        return None
    if isinstance(value, datetime):
        is_day = (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.date().isoformat() if is_day else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float) and abs(value) >= 10**SAFE_DIGITS:
        findings.append(Finding(name, "digits_lost", Level.ERROR, row, heading, "number"))
        return None
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)
