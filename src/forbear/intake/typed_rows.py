"""From raw columns to typed ones by the mapping; what cannot be read is logged, row by row."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from forbear.intake import conversions
from forbear.intake.fields import KEYS, KNOWN_CURRENCIES, Kind
from forbear.intake.finding_log import FindingLog, row_ids
from forbear.intake.mappings import ColumnMapping, FileMapping, TapeMapping
from forbear.intake.reading import RawTable
from forbear.intake.third_parties import holds_phone
from forbear.primitives.findings import Finding, Level
from forbear.primitives.money import Currency

TypedRows = dict[str, pl.DataFrame]
EXPONENTS = {c.value: c.exponent for c in Currency}
PARTIAL_KINDS = ("maintenance", "recall")

UNREADABLE = {
    Kind.AMOUNT: "amount_unreadable",
    Kind.DAY: "bad_date",
    Kind.MOMENT: "bad_date",
    Kind.RATE: "rate_unreadable",
    Kind.WHOLE: "number_unreadable",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How one file is read: its mapping, the tape's kind, where its row numbers start."""

    mapping: TapeMapping
    file: FileMapping
    kind: str
    start: int


def column_findings(raw: RawTable, reading: Reading) -> list[Finding]:
    """Faults of whole columns: refused, missing, or known to nobody (a note)."""
    found = []
    for heading in raw.refused:
        is_known = reading.mapping.is_shipped and heading in reading.file.leave_out
        level = Level.NOTE if is_known else Level.ERROR
        found.append(Finding(raw.file, "third_party_column", level, column=heading))
    for column in reading.file.columns:
        if column.source not in raw.headings and _is_required(column, reading.kind):
            found.append(Finding(raw.file, "missing_column", Level.ERROR, column=column.source))
    known = {c.source for c in reading.file.columns} | set(reading.file.leave_out)
    for heading in raw.headings:
        if heading not in known and heading not in raw.refused:
            found.append(Finding(raw.file, "column_not_read", Level.NOTE, column=heading))
    return found


def search_unread(raw: RawTable, reading: Reading, log: FindingLog) -> None:
    """Columns nobody mapped are kept nowhere; a phone number in one is worth a warning."""
    known = {c.source for c in reading.file.columns} | set(reading.file.leave_out)
    ids = row_ids(reading.start, raw.frame.height)
    for name, kind in raw.frame.schema.items():
        if name in known or kind != pl.String:
            continue
        found = raw.frame.select(holds_phone(pl.col(name)).fill_null(False))[name]
        rows = ids.filter(found)
        level = Level.WARNING
        log.rows(rows, "phone_in_text", name, level=level, value_class="phone number")


def typed_rows(raw: RawTable, reading: Reading, log: FindingLog) -> TypedRows:
    """One frame a target table: `row_id` and the fields this file fills."""
    ids = row_ids(reading.start, raw.frame.height)
    tables: dict[str, list[pl.Series]] = {}
    exponents = _exponents(raw, reading, log, ids)
    for column in reading.file.columns:
        if column.source not in raw.frame.columns:
            continue
        column_of = raw.frame[column.source]
        is_text = column.kind is Kind.TEXT  # the other kinds read over blanks themselves
        source = (conversions.cleaned if is_text else conversions.without_empty)(column_of)
        exponent = exponents.get(column.table, 2)
        typed = _typed(source, column, exponent).alias(column.field)
        _log_faults(source, typed, column, reading, log, ids, exponent)
        tables.setdefault(column.table, [ids]).append(typed)
    for table, name, value in reading.file.constants:
        series = pl.Series(name, [value], dtype=pl.String).new_from_index(0, len(ids))
        tables.setdefault(table, [ids]).append(series)
    return {table: pl.DataFrame(columns) for table, columns in tables.items()}


def _is_required(column: ColumnMapping, kind: str) -> bool:
    if kind in PARTIAL_KINDS:
        return column.field in KEYS.get(column.table, ())
    return column.required


def _typed(source: pl.Series, column: ColumnMapping, exponent: pl.Series | int) -> pl.Series:
    transform = column.transform
    if column.kind is Kind.AMOUNT:
        return conversions.amounts(source, 0 if transform.unit == "minor" else exponent)
    if column.kind is Kind.DAY:
        return conversions.days(source, transform.formats)
    if column.kind is Kind.MOMENT:
        return conversions.moments(source, transform.formats, transform.zone)
    if column.kind is Kind.RATE:
        return conversions.rates(source, transform.unit)
    if column.kind is Kind.WHOLE:
        return conversions.wholes(source, column.limits)
    return conversions.mapped(source, transform.values)


def _exponents(
    raw: RawTable, reading: Reading, log: FindingLog, ids: pl.Series
) -> Mapping[str, pl.Series | int]:
    """Digits of each table's currency: a column's, a constant's, else the mapping's."""
    tables = {c.table for c in reading.file.columns}
    fallback = EXPONENTS.get(reading.mapping.currency or "", 2)
    found: dict[str, pl.Series | int] = dict.fromkeys(tables, fallback)
    for table, name, value in reading.file.constants:
        if name == "currency":
            found[table] = EXPONENTS.get(value, fallback)
    for column in reading.file.columns:
        if column.field != "currency" or column.source not in raw.frame.columns:
            continue
        words = conversions.mapped(
            conversions.cleaned(raw.frame[column.source]), column.transform.values
        )
        kinds = words.unique().drop_nulls().to_list()
        unknown = [word for word in kinds if word not in KNOWN_CURRENCIES]
        if unknown:
            mask = words.is_in(unknown).fill_null(False)
            log.rows(ids.filter(mask), "unknown_currency", column.source, value_class="text")
        digits = {EXPONENTS.get(word, fallback) for word in kinds}
        if len(digits) == 1:
            found[column.table] = digits.pop()
        elif digits:
            found[column.table] = words.replace_strict(
                EXPONENTS, default=fallback, return_dtype=pl.Int32
            )
    return found


def _log_faults(
    source: pl.Series,
    typed: pl.Series,
    column: ColumnMapping,
    reading: Reading,
    log: FindingLog,
    ids: pl.Series,
    exponent: pl.Series | int,
) -> None:
    heading = column.source
    if _is_required(column, reading.kind) and source.null_count():
        log.rows(ids.filter(source.is_null()), "missing_value", heading, value_class="empty")
    if column.allowed:
        bad = typed.is_not_null() & ~typed.is_in(list(column.allowed))
        log.rows(ids.filter(bad), "unknown_enumeration", heading, value_class="text")
    if typed.null_count() == source.null_count() or column.kind is Kind.TEXT:
        return
    failed = typed.is_null() & source.is_not_null()
    raw = source.filter(failed)
    rows = ids.filter(failed)
    classes = conversions.value_class(raw)
    codes = pl.Series([UNREADABLE[column.kind]]).new_from_index(0, len(rows))
    if column.kind is Kind.AMOUNT:
        is_number = conversions.text(raw).str.contains(conversions.FRACTION)
        codes = codes.set(is_number, "amount_below_minor_unit")
    elif column.kind in (Kind.DAY, Kind.MOMENT):
        looks_right = conversions.text(raw).str.contains(conversions.DATE_SHAPE)
        codes = codes.set(looks_right, "date_impossible")
    for code in codes.unique(maintain_order=True):
        mask = codes == code
        log.rows(rows.filter(mask), code, heading, value_class=classes.filter(mask))


def merged(parts: list[TypedRows]) -> TypedRows:
    """The same table from several files as one frame; fields only one has are null elsewhere."""
    found: dict[str, list[pl.DataFrame]] = {}
    for part in parts:
        for table, frame in part.items():
            found.setdefault(table, []).append(frame)
    return {table: pl.concat(frames, how="diagonal") for table, frames in found.items()}
