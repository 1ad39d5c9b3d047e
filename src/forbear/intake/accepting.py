"""Taking a checked tape into the book: as one whole, once, or not at all."""

from collections.abc import Callable, Mapping

import polars as pl

from forbear.intake.checking import CheckedTape, CheckRequest
from forbear.intake.finding_log import ROW_ID, SHOWN_FINDINGS
from forbear.intake.mappings import TapeMapping
from forbear.intake.reports import ImportReport, Outcome, TapeKind, control_totals
from forbear.intake.row_states import ACCEPTED, RowCounts, rows_in
from forbear.intake.shapes.shaped import PERSON_COLUMNS
from forbear.intake.tapes import Tape
from forbear.portfolio.book import Book, TapeRecord
from forbear.portfolio.schema import PERSON, TAPE
from forbear.portfolio.taking import take
from forbear.primitives.errors import RequestRefused

Store = Callable[[pl.DataFrame], None]


class BookChanged(RequestRefused):
    """Another tape was taken after this one was checked; the check no longer holds."""

    code = "book_changed"


def clean_tables(checked: CheckedTape) -> Mapping[str, pl.DataFrame]:
    """The accepted rows in the TAPE schema, without personal data."""
    found = {}
    for name, frame in checked.shaped.tables.items():
        rows = rows_in(frame, checked.states, ACCEPTED).select(list(TAPE[name]))
        if name == "borrowers":
            rows = rows.drop_nulls("borrower_id").unique("borrower_id", maintain_order=True)
        if rows.height:
            found[name] = rows
    return found


def persons(checked: CheckedTape) -> pl.DataFrame:
    """Name, phone, id number and address of the accepted borrowers: for the desk only."""
    borrowers = checked.shaped.tables.get("borrowers")
    if borrowers is None:
        return pl.DataFrame(schema=dict(PERSON))
    rows = rows_in(borrowers, checked.states, ACCEPTED).drop(ROW_ID)
    rows = rows.filter(pl.any_horizontal(pl.col(c).is_not_null() for c in PERSON_COLUMNS))
    return rows.select(list(PERSON)).unique("borrower_id", keep="last", maintain_order=True)


def accept(
    checked: CheckedTape,
    book: Book,
    *,
    clean_rows_only: bool = False,
    dry_run: bool = False,
    store_persons: Store | None = None,
) -> ImportReport:
    """Write the tape into the book, or report why not.

    Any error refuses the whole tape unless `clean_rows_only`. `store_persons` is called with
    the personal data before the book changes; when it raises, the book stays as it was. Raises
    `BookChanged` when the book moved on since the check.
    """
    earlier = already_taken(checked.tape, checked.mapping, checked.request, book)
    if earlier is not None:
        return earlier
    tables = clean_tables(checked)
    is_refused = (
        checked.is_fatal
        or not tables
        or checked.hides_contacts
        or (checked.has_errors and not clean_rows_only)
    )
    if is_refused:
        return report(checked, Outcome.REFUSED, {})
    if dry_run:
        return report(checked, Outcome.DRY_RUN, tables)
    if book.manifest.version != checked.book_version:
        raise BookChanged("Another tape came in since this one was checked: check it again.")
    if store_persons is not None:
        store_persons(persons(checked))
    take(
        book,
        tables,
        record=_record(checked),
        lender_terms=dict(checked.mapping.terms),
        status_scheme=checked.mapping.status_scheme,
        expected_version=checked.book_version,
    )
    return report(checked, Outcome.TAKEN, tables)


def already_taken(
    tape: Tape, mapping: TapeMapping, request: CheckRequest, book: Book
) -> ImportReport | None:
    """The report for content this lender's book holds already: nothing to check or to write."""
    earlier = book.taken(tape.sha256, request.lender)
    if earlier is None:
        return None
    rejected, quarantined, notes = earlier.rejected, earlier.quarantined, earlier.notes
    total = earlier.accepted + rejected + quarantined + notes
    return ImportReport(
        outcome=Outcome.ALREADY_TAKEN,
        source=tape.name,
        sha256=tape.sha256,
        lender=request.lender,
        preset=mapping.id,
        kind=TapeKind(earlier.kind),
        business_date=earlier.business_date,
        rows=RowCounts(total, earlier.accepted, rejected, quarantined, notes),
    )


def report(
    checked: CheckedTape, outcome: Outcome, tables: Mapping[str, pl.DataFrame]
) -> ImportReport:
    """What to say about this tape; counts and findings are those of the check."""
    total = sum(checked.counts.values())
    shown = checked.findings(SHOWN_FINDINGS)
    request = checked.request
    clean = tables or ({} if checked.is_fatal else clean_tables(checked))
    return ImportReport(
        outcome=outcome,
        source=checked.tape.name,
        sha256=checked.tape.sha256,
        lender=request.lender,
        preset=checked.mapping.id,
        kind=request.kind,
        business_date=request.business_date.isoformat(),
        rows=checked.rows,
        tables={name: frame.height for name, frame in tables.items()},
        counts=checked.counts,
        findings=shown,
        findings_left_out=total - len(shown),
        totals=control_totals(clean, request.business_date),
        persons=persons(checked).height if not checked.is_fatal else 0,
    )


def _record(checked: CheckedTape) -> TapeRecord:
    rows = checked.rows
    request = checked.request
    return TapeRecord(
        sha256=checked.tape.sha256,
        file=checked.tape.name,
        kind=request.kind.value,
        lender=request.lender,
        preset=checked.mapping.id,
        business_date=request.business_date.isoformat(),
        accepted=rows.accepted,
        rejected=rows.rejected,
        quarantined=rows.quarantined,
        notes=rows.notes,
    )
