"""Check a mapped tape row by row and keep the findings; the book is read, never written."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

from django.db import transaction

from forbear.intake.accepting import report as report_of
from forbear.intake.checking import CheckedTape, CheckRequest, check
from forbear.intake.previews import preview
from forbear.intake.reports import ImportReport, Outcome, TapeKind
from forbear.intake.tapes import Tape
from forbear.primitives.findings import Finding
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.books import open_book
from forbear_server.services.evidence import append_evidence
from forbear_server.services.imports import MappingChoice
from forbear_server.store.copying import copy_rows
from forbear_server.store.models import Import, ImportFinding
from forbear_server.store.sealed_files import write_sealed
from forbear_server.store.tape_files import kept_tape, preview_path, preview_row

KEPT_FINDINGS = 10_000
PREVIEW_COLUMNS = {
    "loans": (
        *("loan_id", "borrower_id", "product", "currency", "principal_minor", "disbursed_on"),
        *("days_past_due", "bucket", "arrears_minor", "outstanding_minor"),
    ),
    "instalments": ("loan_id", "seq", "due_on", "principal_minor", "interest_minor", "fees_minor"),
    "payments": ("loan_id", "effective_on", "amount_minor", "kind"),
    "persons": ("borrower_id", "name", "phone", "id_number", "address"),
}


def checked_tape(row: Import, lender_code: str) -> CheckedTape:
    """The kept tape judged against the book as it is now."""
    mapping = MappingChoice.of(row.mapping).mapping()
    raw = kept_tape(row.lender_id, row.sha256)
    part = mapping.for_file(raw.file) or next(f for f in mapping.files if not f.optional)
    tape = Tape(raw.file, row.sha256, ((raw, part),))
    request = CheckRequest(lender_code, TapeKind(row.kind), row.business_date)
    return check(tape, mapping, request, open_book(lender_code))


def check_import(*, actor: Actor, import_uuid: UUID, now: datetime) -> None:
    """Judge every row, keep counts, findings and a masked preview."""
    row = Import.objects.get(pk=import_uuid)
    checked = checked_tape(row, actor.lender_code)
    made = report_of(checked, Outcome.DRY_RUN, {})
    write_sealed(
        preview_path(row.lender_id, row.sha256),
        _preview_json(checked),
        row=preview_row(row.lender_id, row.sha256),
    )
    with transaction.atomic():
        row = Import.objects.select_for_update().get(pk=import_uuid)
        keep_counts(row, made)
        row.state = Import.State.AWAITING_CONFIRMATION
        row.failure = ""
        row.save()
        keep_findings(row, made.findings)
        append_evidence(
            "import.checked",
            now=now,
            lender_id=actor.lender_id,
            actor=actor,
            about=f"import:{row.uuid}",
            body={"rows": row.rows_read, "rejected": row.rejected, "counts": dict(made.counts)},
        )


@transaction.atomic
def record_check_failed(*, actor: Actor, import_uuid: UUID, failure: str, now: datetime) -> None:
    Import.objects.filter(pk=import_uuid).update(state=Import.State.FAILED, failure=failure[:500])
    append_evidence(
        "import.failed",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        about=f"import:{import_uuid}",
    )


def keep_counts(row: Import, made: ImportReport) -> None:
    row.rows_read = made.rows.rows_read
    row.accepted = made.rows.accepted
    row.rejected = made.rows.rejected
    row.quarantined = made.rows.quarantined
    row.notes = made.rows.notes
    row.totals = {
        **{name: row.totals[name] for name in ("expected",) if name in row.totals},
        "loans": made.totals.loans,
        "principal_minor": dict(made.totals.principal_minor),
        "arrears_minor": dict(made.totals.arrears_minor),
        "counts": dict(made.counts),
        "persons": made.persons,
        "findings_left_out": made.findings_left_out,
    }


def keep_findings(row: Import, findings: tuple[Finding, ...]) -> None:
    ImportFinding.objects.filter(tape_import=row).delete()
    copy_rows(
        "import_finding",
        [
            "lender_id",
            "tape_import_id",
            "level",
            "file",
            "row",
            "column",
            "value_class",
            "code",
            "params",
        ],
        (
            (
                row.lender_id,
                row.uuid,
                finding.level.value,
                finding.file[:255],
                finding.row,
                (finding.column or "")[:128],
                (finding.value_class or "")[:32],
                finding.code,
                json.dumps(finding.params, ensure_ascii=False),
            )
            for finding in findings[:KEPT_FINDINGS]
        ),
    )


def _preview_json(checked: CheckedTape) -> bytes:
    if checked.is_fatal:
        return b"{}"
    shown = preview(checked)
    tables = {
        "loans": shown.loans,
        "instalments": shown.instalments,
        "payments": shown.payments,
        "persons": shown.persons,
    }
    made = {}
    for name, frame in tables.items():
        if frame.height:
            chosen = frame.select(one for one in PREVIEW_COLUMNS[name] if one in frame.columns)
            rows = [list(map(_plain, row)) for row in chosen.rows()]
            made[name] = {"columns": chosen.columns, "rows": rows}
    return json.dumps(made, ensure_ascii=False).encode()


def _plain(value: object) -> str | int | None:
    return value if value is None or isinstance(value, int) else str(value)
