"""A lender's file to the book in one call; the console calls the same steps one by one.

Steps: `tapes.open_tape` (read once), `checking.check` (judge, write nothing),
`accepting.accept` (take whole or not at all).
"""

from dataclasses import replace
from pathlib import Path

from forbear.intake.accepting import Store, accept, already_taken
from forbear.intake.checking import CheckedTape, CheckRequest, check
from forbear.intake.mappings import TapeMapping
from forbear.intake.rejected_rows import write_rejected_rows
from forbear.intake.reports import ImportReport, Outcome
from forbear.intake.row_states import RowCounts
from forbear.intake.sources import Limits, Progress, TapeUnreadable
from forbear.intake.tapes import open_tape
from forbear.portfolio.book import Book


def import_tape(
    source: Path,
    *,
    mapping: TapeMapping,
    request: CheckRequest,
    book: Book,
    clean_rows_only: bool = False,
    dry_run: bool = False,
    rejected_to: Path | None = None,
    store_persons: Store | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Read, check and take a tape; a file that cannot be read is a refused report.

    With `clean_rows_only` the rejected and quarantined rows go to the folder `rejected_to`,
    each with its findings beside it.
    """
    try:
        tape = open_tape(source, mapping, limits=limits, progress=progress)
    except TapeUnreadable as fault:
        return unread_report(source, mapping, request, fault)
    earlier = already_taken(tape, mapping, request, book)
    if earlier is not None:
        return earlier
    checked = check(tape, mapping, request, book, progress=progress)
    if progress is not None:
        progress("take", 0, 1)
    done = accept(
        checked,
        book,
        clean_rows_only=clean_rows_only,
        dry_run=dry_run,
        store_persons=store_persons,
    )
    if progress is not None:
        progress("take", 1, 1)
    if done.outcome is Outcome.TAKEN and rejected_to is not None:
        return _with_rejected(done, checked, rejected_to)
    return done


def _with_rejected(done: ImportReport, checked: CheckedTape, folder: Path) -> ImportReport:
    files = write_rejected_rows(checked, folder)
    return replace(done, rejected_files=tuple(str(path) for path in files))


def unread_report(
    source: Path, mapping: TapeMapping, request: CheckRequest, fault: TapeUnreadable
) -> ImportReport:
    """The refusal of a tape of which not one row could be read."""
    return ImportReport(
        outcome=Outcome.REFUSED,
        source=source.name,
        sha256="",
        lender=request.lender,
        preset=mapping.id,
        kind=request.kind,
        business_date=request.business_date.isoformat(),
        rows=RowCounts(0, 0, 0, 0, 0),
        counts={fault.finding.code: 1},
        findings=(fault.finding,),
    )
