"""From a file's bytes to columns: headings, the columns that may be read, and what is wrong.

A third-party column is refused here by its heading: it is not parsed, so no value of it exists.
"""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from forbear.intake.sources import Format, Limits, SourceFile, TapeUnreadable, unreadable
from forbear.intake.third_parties import third_party_columns
from forbear.intake.workbooks import read_workbook
from forbear.primitives.findings import Finding, Level

SEPARATORS = (",", "\t", ";", "|")
JSON_SAMPLE_LINES = 1000
OWN_HEADINGS = ("forbear_file", "forbear_row", "forbear_findings", "forbear_remedy")


@dataclass(frozen=True, slots=True)
class RawTable:
    """One file's rows; row i (from 0) is data row i + 1. Text columns; Parquet keeps its types."""

    file: str
    format: Format
    encoding: str
    frame: pl.DataFrame
    headings: tuple[str, ...]  # all of the file, also those refused
    refused: tuple[str, ...]  # third-party columns, not read
    findings: tuple[Finding, ...] = ()  # formulas and the like, one a cell


def read_table(source: SourceFile, *, limits: Limits | None = None) -> RawTable:
    """The file as columns. Raises `TapeUnreadable` for a damaged, ragged or empty file."""
    limits = limits or Limits()
    if source.format is Format.CSV:
        headings, frame, findings = _read_csv(source)
    elif source.format is Format.PARQUET:
        headings, frame, findings = _read_parquet(source)
    elif source.format is Format.JSON_LINES:
        headings, frame, findings = _read_json_lines(source)
    else:
        headings, frame, findings = read_workbook(source, limits)
    twice = sorted({h for h in headings if headings.count(h) > 1})
    if twice:
        raise unreadable(source.name, "duplicate_heading", column=twice[0])
    return RawTable(
        file=source.name,
        format=source.format,
        encoding=source.encoding.value,
        frame=frame.drop(OWN_HEADINGS, strict=False),
        headings=tuple(h for h in headings if h not in OWN_HEADINGS),
        refused=third_party_columns(headings),
        findings=tuple(findings),
    )


def _allowed(headings: Sequence[str]) -> list[str]:
    refused = set(third_party_columns(headings))
    return [h for h in headings if h not in refused]


def _read_csv(source: SourceFile) -> tuple[tuple[str, ...], pl.DataFrame, list[Finding]]:
    end = source.text.find(b"\n")
    first = bytes(source.text[: end if end >= 0 else len(source.text)]).decode().strip("\r")
    separator = max(SEPARATORS, key=first.count)
    stripped = [h.strip() for h in next(csv.reader([first], delimiter=separator), [])]
    if not any(stripped):
        raise unreadable(source.name, "zero_rows")
    allowed = set(_allowed(stripped))
    positions = [i for i, h in enumerate(stripped) if h in allowed and h]
    if len(set(stripped)) != len(stripped):
        return tuple(stripped), pl.DataFrame(), []
    try:
        frame = pl.read_csv(
            io.BytesIO(source.text),
            separator=separator,
            infer_schema=False,
            columns=positions,
        )
        frame.columns = [stripped[i] for i in positions]
    except pl.exceptions.NoDataError:
        frame = pl.DataFrame(schema={stripped[i]: pl.String for i in positions})
    except pl.exceptions.PolarsError:
        fault = _ragged(source, separator, len(stripped))
        raise fault or unreadable(source.name, "file_damaged", format="csv") from None
    if len(positions) < len(stripped) and (ragged := _ragged(source, separator, len(stripped))):
        raise ragged  # Polars counts the fields of a row only when it reads every column
    return tuple(stripped), frame, []


def _ragged(source: SourceFile, separator: str, width: int) -> TapeUnreadable | None:
    """The refusal that names the first row with more fields than headings, if there is one."""
    lines = io.StringIO(bytes(source.text).decode(), newline="")
    for number, row in enumerate(csv.reader(lines, delimiter=separator)):
        if len(row) > width:
            finding = Finding(
                source.name,
                "row_length",
                Level.ERROR,
                row=number,
                params={"columns": str(width), "fields": str(len(row))},
            )
            return TapeUnreadable(finding)
    return None


def _read_parquet(source: SourceFile) -> tuple[tuple[str, ...], pl.DataFrame, list[Finding]]:
    try:
        headings = tuple(pl.read_parquet_schema(io.BytesIO(source.text)))
        frame = pl.read_parquet(io.BytesIO(source.text), columns=_allowed(headings))
    except (pl.exceptions.PolarsError, OSError, pl.exceptions.PanicException):
        raise unreadable(source.name, "file_damaged", format="parquet") from None
    nested = [name for name, kind in frame.schema.items() if kind.is_nested()]
    return headings, frame.drop(nested), []


def _read_json_lines(source: SourceFile) -> tuple[tuple[str, ...], pl.DataFrame, list[Finding]]:
    sample = bytes(source.text[: 4 * 1024 * 1024]).splitlines()[:JSON_SAMPLE_LINES]
    headings: dict[str, None] = {}
    for number, line in enumerate(sample, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            if number == len(sample):
                break  # the sample may have cut this line; the full read judges it
            raise _bad_line(source, number) from None
        if not isinstance(row, dict):
            raise _bad_line(source, number)
        headings |= dict.fromkeys(row)
    names = tuple(headings)
    if not names:
        raise unreadable(source.name, "zero_rows")
    schema = dict.fromkeys(_allowed(names), pl.String())
    try:
        frame = pl.read_ndjson(io.BytesIO(source.text), schema=schema)
    except pl.exceptions.PolarsError:
        raise _first_bad_line(source) from None
    return names, frame, []


def _first_bad_line(source: SourceFile) -> TapeUnreadable:
    for number, line in enumerate(bytes(source.text).splitlines(), 1):
        try:
            is_row = not line.strip() or isinstance(json.loads(line), dict)
        except ValueError:
            is_row = False
        if not is_row:
            return _bad_line(source, number)
    return unreadable(source.name, "file_damaged", format="jsonl")


def _bad_line(source: SourceFile, number: int) -> TapeUnreadable:
    return TapeUnreadable(Finding(source.name, "line_no_json", Level.ERROR, row=number))
