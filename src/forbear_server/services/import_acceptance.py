"""Take a checked tape: persons and loans to the desk, ids and amounts to the book, as one whole.

The desk's rows are written first and committed last; when the book cannot be written nothing
remains. Content the book holds already only completes what the desk lacks, and only at the command
line. The lender's nightly lock is held while the book is written: a night never loses a file it
reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import polars as pl
from django.db import transaction

from forbear.intake.accepting import accept, clean_tables, persons
from forbear.intake.checking import CheckedTape, CheckRequest, check
from forbear.intake.importing import unread_report
from forbear.intake.mappings import TapeMapping
from forbear.intake.reports import ImportReport, Outcome, TapeKind
from forbear.intake.sources import Limits, TapeUnreadable
from forbear.intake.tapes import open_tape
from forbear.primitives.errors import RequestRefused
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.books import open_book
from forbear_server.selectors.lenders import find_lender
from forbear_server.services.address_changes import bind_said_meanwhile, replace_addresses
from forbear_server.services.evidence import append_evidence
from forbear_server.services.import_checks import checked_tape, keep_counts, keep_findings
from forbear_server.services.imports import ACCEPTED_STATES
from forbear_server.services.persons import Person, record_loans, record_persons
from forbear_server.services.unclaimed_stops import stopped_words
from forbear_server.store import run_locks
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import Import


class ImportNotReady(RuntimeError):
    """The import is not at the step where it can be taken; `state` says where it is."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class ErrorsStandAgainst(RuntimeError):
    """The tape has rejected rows and was to be taken whole."""


class ImportRefused(RuntimeError):
    """Nothing of the tape was taken and that is on record; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NightAtWork(RequestRefused):
    """A nightly run reads this lender's book, so nothing may be written to it."""

    code = "night_at_work"


@dataclass(frozen=True, slots=True)
class Accepted:
    outcome: Outcome
    evidence_id: str


def accept_import(
    *, actor: Actor, import_uuid: UUID, clean_rows_only: bool, now: datetime
) -> Accepted:
    """Take what was checked; refuses when errors stand against it and nobody asked for the rest.

    Raises `ImportRefused` when the book did not take it: then nothing but the refusal is written.
    """
    try:
        with run_locks.held_if_free(actor.lender_id) as is_free, transaction.atomic():
            if not is_free:
                raise ImportRefused(NightAtWork.code)
            return _accept(actor, import_uuid, clean_rows_only, now)
    except RequestRefused as fault:
        refusal = ImportRefused(fault.code)
    except ImportRefused as fault:
        refusal = fault
    _record_refused(actor, import_uuid, refusal.code, now)
    raise refusal


def _accept(actor: Actor, import_uuid: UUID, clean_rows_only: bool, now: datetime) -> Accepted:
    row = Import.objects.select_for_update().get(pk=import_uuid)
    if row.state != Import.State.AWAITING_CONFIRMATION:
        raise ImportNotReady(row.state)
    checked = checked_tape(row, actor.lender_code)
    if checked.is_fatal or (checked.has_errors and not clean_rows_only):
        raise ErrorsStandAgainst(str(row.uuid))
    made = _take(actor.lender_id, actor.lender_code, checked, clean_rows_only, now)
    if made.outcome is not Outcome.TAKEN:
        is_known = made.outcome is Outcome.ALREADY_TAKEN
        raise ImportRefused("already_taken" if is_known else "nothing_to_take")
    return Accepted(made.outcome, _completed(row, made, actor, now))


@transaction.atomic
def _record_refused(actor: Actor, import_uuid: UUID, code: str, now: datetime) -> None:
    """The refusal on record. Known content ends the import; whatever may pass leaves it waiting."""
    if code == "already_taken":
        Import.objects.filter(pk=import_uuid).update(
            state=Import.State.FAILED, failure=code, finished_at=now
        )
    append_evidence(
        "import.refused",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        about=f"import:{import_uuid}",
        body={"code": code},
    )


def import_for_lender(
    *,
    lender_code: str,
    source: Path,
    mapping: TapeMapping,
    kind: TapeKind,
    business_date: date,
    now: datetime,
    clean_rows_only: bool = False,
    limits: Limits | None = None,
) -> ImportReport:
    """The whole way in one call, for the command line: a file or a folder, persons to the desk.

    Raises `NightAtWork` while a nightly run reads the book, and records that.
    """
    lender = find_lender(lender_code)
    request = CheckRequest(lender_code, kind, business_date)
    try:
        tape = open_tape(source, mapping, limits=limits)
    except TapeUnreadable as fault:
        return unread_report(source, mapping, request, fault)
    with (
        lender_scope(lender.lender_id),
        _book_to_write(lender.lender_id, tape.sha256, now),
        transaction.atomic(),
    ):
        checked = check(tape, mapping, request, open_book(lender_code))
        made = _take(lender.lender_id, lender_code, checked, clean_rows_only, now)
        known = Import.objects.filter(sha256=tape.sha256, state__in=ACCEPTED_STATES).exists()
        if made.outcome is not Outcome.REFUSED and not known:
            row = Import(
                lender_id=lender.lender_id,
                file_name=source.name[:255],
                kind=kind,
                preset=mapping.id,
                sha256=tape.sha256,
                size_bytes=_bytes_of(source),
                file_format=tape.files[0][0].format.value,
                encoding=tape.files[0][0].encoding,
                business_date=business_date,
                state=Import.State.IMPORTING,
                created_at=now,
            )
            row.save(force_insert=True)
            _completed(row, made, None, now)
    return made


@contextmanager
def _book_to_write(lender_id: int, sha256: str, now: datetime) -> Iterator[None]:
    with run_locks.held_if_free(lender_id) as is_free:
        if not is_free:
            with transaction.atomic():
                append_evidence(
                    "import.refused",
                    now=now,
                    lender_id=lender_id,
                    body={"code": NightAtWork.code, "sha256": sha256},
                )
            raise NightAtWork("A nightly run is at work; import after it.")
        yield


def _take(
    lender_id: int, lender_code: str, checked: CheckedTape, clean_rows_only: bool, now: datetime
) -> ImportReport:
    tables = {} if checked.is_fatal else clean_tables(checked)
    seen = stopped_words(lender_id)
    is_taken = not checked.is_fatal and (clean_rows_only or not checked.has_errors)
    if is_taken:
        record_persons(lender_id=lender_id, persons=_people(checked, tables))
        replace_addresses(lender_id=lender_id, persons=_people(checked, tables), now=now)
        record_loans(lender_id=lender_id, loans=_loans(tables))
    # The book last: it is published in one step, and the desk commits right after it.
    made = accept(checked, open_book(lender_code), clean_rows_only=clean_rows_only)
    if is_taken:
        bind_said_meanwhile(
            lender_id=lender_id, persons=lambda: _people(checked, tables), seen=seen, now=now
        )
    return made


def _completed(row: Import, made: ImportReport, actor: Actor | None, now: datetime) -> str:
    keep_counts(row, made)
    is_whole = not (made.rows.rejected or made.rows.quarantined)
    row.state = Import.State.COMPLETED if is_whole else Import.State.PART_COMPLETED
    row.finished_at = now
    row.save()
    keep_findings(row, made.findings)
    return append_evidence(
        "import.accepted",
        now=now,
        lender_id=row.lender_id,
        actor=actor,
        about=f"import:{row.uuid}",
        body={
            "sha256": row.sha256,
            "accepted": row.accepted,
            "rejected": row.rejected,
            "quarantined": row.quarantined,
            "notes": row.notes,
        },
    ).entry_id


def _people(checked: CheckedTape, tables: Mapping[str, pl.DataFrame]) -> Iterator[Person]:
    """Every accepted borrower once, with personal data where the tape carries it."""
    known = {one["borrower_id"]: one for one in persons(checked).iter_rows(named=True)}
    borrowers = tables.get("borrowers", pl.DataFrame())
    for one in borrowers.iter_rows(named=True):
        person = known.get(one["borrower_id"], {})
        yield Person(
            borrower_ref=one["borrower_id"],
            name=person.get("name") or "",
            phone=person.get("phone") or "",
            id_number=person.get("id_number") or "",
            address=person.get("address") or "",
            time_zone=one["time_zone"] or "",
            language=one["language"] or "zh-Hans",
        )


def _loans(tables: Mapping[str, pl.DataFrame]) -> Iterator[tuple[str, str, str]]:
    loans = tables.get("loans")
    if loans is not None:
        for ref, borrower, product in loans.select("loan_id", "borrower_id", "product").iter_rows():
            if ref and borrower:
                yield ref, borrower, product or ""


def _bytes_of(source: Path) -> int:
    files = [source] if source.is_file() else [one for one in source.iterdir() if one.is_file()]
    return sum(one.stat().st_size for one in files)
