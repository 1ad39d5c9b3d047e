"""Checking a tape: map, type, shape, compare with itself and with the book; writes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from forbear.intake.checks.amounts import check_amounts
from forbear.intake.checks.claims import check_claims
from forbear.intake.checks.contacts import check_contacts
from forbear.intake.checks.days import check_days
from forbear.intake.checks.examined import Examined, KnownRows, Parameters, is_in_order
from forbear.intake.checks.keys import TABLES_OF_KIND, check_keys
from forbear.intake.checks.schedules import check_schedules
from forbear.intake.checks.texts import check_texts
from forbear.intake.fields import BY_BORROWER
from forbear.intake.finding_log import (
    SHOWN_FINDINGS,
    FileRows,
    FindingLog,
    counts_by_code,
    located,
    row_ids,
)
from forbear.intake.known_rows import completed, known_rows
from forbear.intake.mappings import TapeMapping
from forbear.intake.presets.catalogue import SHAPES
from forbear.intake.reports import TapeKind
from forbear.intake.required_fields import unmapped_required
from forbear.intake.row_states import REJECTED, RowCounts, borrowers_of, counts, row_states
from forbear.intake.shapes.shaped import ShapeContext, Shaped
from forbear.intake.sources import Progress
from forbear.intake.tapes import Tape
from forbear.intake.typed_rows import (
    Reading,
    TypedRows,
    column_findings,
    merged,
    search_unread,
    typed_rows,
)
from forbear.portfolio.book import Book
from forbear.primitives.findings import Finding, Level

# Faults after which no row can be judged; other faults of a column leave its rows sound.
HIDDEN_CONTACTS = "contact_rows_rejected"
FATAL = frozenset({"missing_column", "missing_file", "zero_rows", "table_not_of_kind"})
CHECKS = (
    check_keys,
    check_amounts,
    check_days,
    check_schedules,
    check_contacts,
    check_texts,
    check_claims,
)


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """Whose tape it is, what it is for, and by which day and parameters it is judged."""

    lender: str
    kind: TapeKind
    business_date: date
    parameters: Parameters = field(default_factory=Parameters)


@dataclass(frozen=True, slots=True)
class CheckedTape:
    """A tape with its verdict; `accepting` takes it from here."""

    tape: Tape
    mapping: TapeMapping
    request: CheckRequest
    shaped: Shaped
    states: pl.DataFrame
    faults: pl.DataFrame  # findings on rows, as columns
    of_files: tuple[Finding, ...]
    files: tuple[FileRows, ...]
    book_version: int
    is_fatal: bool

    @property
    def rows(self) -> RowCounts:
        """accepted + rejected + quarantined + notes = rows read."""
        return counts(self.states)

    @property
    def has_errors(self) -> bool:
        """Whether anything stands against taking the whole tape."""
        return any(f.level is Level.ERROR for f in self.of_files) or self.rows.rejected > 0

    @property
    def hides_contacts(self) -> bool:
        """Whether leaving out its faulty rows would make the gate count too few contacts."""
        return any(f.code == HIDDEN_CONTACTS for f in self.of_files)

    @property
    def counts(self) -> Mapping[str, int]:
        """Findings by code, complete."""
        return counts_by_code(self.faults, self.of_files)

    def findings(self, limit: int = SHOWN_FINDINGS) -> tuple[Finding, ...]:
        """Findings of files first, then the first ones on rows."""
        return (*self.of_files, *located(self.faults, self.files, limit=limit))


def check(
    tape: Tape,
    mapping: TapeMapping,
    request: CheckRequest,
    book: Book,
    *,
    progress: Progress | None = None,
) -> CheckedTape:
    """Judge every row of the tape; neither the tape nor the book is changed."""
    log = FindingLog()
    for finding in tape.faults:
        log.file(finding)
    files, typed = _typed(tape, mapping, request, log)
    is_fatal = _is_fatal(log) or tape.rows_read == 0
    if tape.rows_read == 0:
        log.file(Finding(tape.name, "zero_rows", Level.ERROR))
    shaped = Shaped(tables={})
    if not is_fatal:
        shaped = _shaped(typed, mapping, request, log)
        for table in shaped.tables:
            if table not in TABLES_OF_KIND.get(request.kind.value, tuple(shaped.tables)):
                params = {"table": table, "kind": request.kind.value}
                log.file(Finding(tape.name, "table_not_of_kind", Level.ERROR, params=params))
        is_fatal = _is_fatal(log)
    if not is_fatal:
        known = known_rows(book, request.lender, request.kind)
        shaped = completed(shaped, book, request.lender, request.kind, request.business_date)
        _examine(shaped, known, mapping, request, log, progress)
    return _judged(tape, mapping, request, shaped, log, files, book, is_fatal)


def _typed(
    tape: Tape, mapping: TapeMapping, request: CheckRequest, log: FindingLog
) -> tuple[tuple[FileRows, ...], TypedRows]:
    start = 0
    files = []
    parts: list[TypedRows] = []
    for raw, part in tape.files:
        height = raw.frame.height
        files.append(FileRows(raw.file, start, height))
        reading = Reading(mapping, part, request.kind.value, start)
        if part.note_all:
            log.rows(row_ids(start, height), part.note_all, None, level=Level.NOTE)
        else:
            for finding in column_findings(raw, reading):
                log.file(finding)
            for to in unmapped_required(mapping, part, request.kind.value):
                log.file(Finding(raw.file, "missing_column", Level.ERROR, column=to))
            for fault in raw.findings:
                row = pl.Series([start + (fault.row or 1) - 1])
                log.rows(row, fault.code, fault.column, value_class=fault.value_class or "")
            search_unread(raw, reading, log)
            parts.append(typed_rows(raw, reading, log))
        start += height
    return tuple(files), merged(parts)


def _is_fatal(log: FindingLog) -> bool:
    return any(f.code in FATAL and f.level is Level.ERROR for f in log.of_files)


def _shaped(
    typed: TypedRows, mapping: TapeMapping, request: CheckRequest, log: FindingLog
) -> Shaped:
    _, shape = SHAPES[mapping.shape]
    context = ShapeContext(
        lender=request.lender,
        kind=request.kind.value,
        business_date=request.business_date,
        currency=mapping.currency,
        terms=mapping.terms,
        headings=mapping.headings,
    )
    return shape(typed, log, context)


def _examine(
    shaped: Shaped,
    known: KnownRows,
    mapping: TapeMapping,
    request: CheckRequest,
    log: FindingLog,
    progress: Progress | None,
) -> None:
    instalments = shaped.tables.get("instalments")
    if "instalments" in shaped.derived:
        instalments = None  # not numbered by the lender
    examined = Examined(
        shaped=shaped,
        kind=request.kind.value,
        business_date=request.business_date,
        known=known,
        parameters=request.parameters,
        headings=mapping.headings,
        log=log,
        is_ordered=instalments is not None and is_in_order(instalments),
    )
    for number, one in enumerate(CHECKS, 1):
        one(examined)
        if progress is not None:
            progress("check", number, len(CHECKS))


def _hides_contacts(states: pl.DataFrame, shaped: Shaped) -> bool:
    """Whether an attempt or consent of a borrower the book may hold already is rejected."""
    rejected = states.filter(pl.col("state") == REJECTED)["row_id"]
    return len(borrowers_of(rejected, shaped.tables, BY_BORROWER)) > 0


def _judged(
    tape: Tape,
    mapping: TapeMapping,
    request: CheckRequest,
    shaped: Shaped,
    log: FindingLog,
    files: tuple[FileRows, ...],
    book: Book,
    is_fatal: bool,
) -> CheckedTape:
    faults = log.table()
    states = row_states(tape.rows_read, faults, shaped.tables)
    if not is_fatal and request.kind is not TapeKind.NEW and _hides_contacts(states, shaped):
        log.file(Finding(tape.name, HIDDEN_CONTACTS, Level.ERROR))
    if is_fatal:
        states = states.with_columns(pl.lit(REJECTED, dtype=pl.UInt8).alias("state"))
    else:
        noted = faults.filter(pl.col("level") == "note")["row_id"].unique()
        is_moot = (pl.col("level") != "note") & pl.col("row_id").is_in(noted.implode())
        faults = faults.filter(~is_moot)
    return CheckedTape(
        tape=tape,
        mapping=mapping,
        request=request,
        shaped=shaped,
        states=states,
        faults=faults,
        of_files=log.of_files,
        files=files,
        book_version=book.manifest.version,
        is_fatal=is_fatal,
    )
