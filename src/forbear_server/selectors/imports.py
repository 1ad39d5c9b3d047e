"""Imports of a lender: the list, one of them, its findings and the masked first rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from forbear.primitives.findings import Finding, Level
from forbear_server.store.models import Import, ImportFinding, MappingTemplate
from forbear_server.store.sealed_files import read_sealed
from forbear_server.store.tape_files import preview_path, preview_row

FINDINGS_OF_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class ImportRow:
    uuid: UUID
    file_name: str
    kind: str
    preset: str
    state: str
    sha256: str
    size_bytes: int
    file_format: str
    encoding: str
    business_date: date
    rows_read: int
    accepted: int
    rejected: int
    quarantined: int
    notes: int
    totals: Mapping[str, Any]
    mapping: Mapping[str, Any]
    failure: str
    uploaded_by: str
    withdrawal_asked_by: str
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class FindingsPage:
    findings: tuple[Finding, ...]
    total: int
    page: int
    pages: int
    by_code: tuple[tuple[str, str, int], ...]


def list_imports() -> list[ImportRow]:
    rows = Import.objects.select_related("uploaded_by", "withdrawal_asked_by")
    return [_row(one) for one in rows.order_by("-created_at")[:200]]


def find_import(import_uuid: UUID) -> ImportRow | None:
    rows = Import.objects.select_related("uploaded_by", "withdrawal_asked_by")
    found = rows.filter(pk=import_uuid).first()
    return None if found is None else _row(found)


def list_templates() -> list[tuple[str, dict[str, Any]]]:
    return [(one.name, one.mapping) for one in MappingTemplate.objects.order_by("name")]


def list_findings(
    import_uuid: UUID, *, level: str = "", code: str = "", page: int = 1
) -> FindingsPage:
    every = ImportFinding.objects.filter(tape_import_id=import_uuid)
    counted = every.values_list("level", "code").annotate(n=Count("id")).order_by("level", "-n")
    chosen = _chosen(every, level, code)
    total = chosen.count()
    pages = max(1, -(-total // FINDINGS_OF_A_PAGE))
    page = min(max(page, 1), pages)
    start = (page - 1) * FINDINGS_OF_A_PAGE
    rows = chosen.order_by("id")[start : start + FINDINGS_OF_A_PAGE]
    return FindingsPage(
        tuple(_finding(one) for one in rows),
        total,
        page,
        pages,
        tuple((level, code, n) for level, code, n in counted),
    )


def every_finding(import_uuid: UUID) -> list[Finding]:
    rows = ImportFinding.objects.filter(tape_import_id=import_uuid).order_by("id")
    return [_finding(one) for one in rows]


def find_preview(lender_id: int, sha256: str) -> dict[str, dict[str, Any]]:
    """The first rows as loans, instalments and payments; persons masked."""
    path = preview_path(lender_id, sha256)
    if not path.exists():
        return {}
    found: dict[str, dict[str, Any]] = json.loads(
        read_sealed(path, row=preview_row(lender_id, sha256))
    )
    return found


def _chosen(every: QuerySet[ImportFinding], level: str, code: str) -> QuerySet[ImportFinding]:
    if level:
        every = every.filter(level=level)
    if code:
        every = every.filter(code=code)
    return every


def _finding(one: ImportFinding) -> Finding:
    return Finding(
        file=one.file,
        code=one.code,
        level=Level(one.level),
        row=one.row,
        column=one.column or None,
        value_class=one.value_class or None,
        params=one.params,
    )


def _row(one: Import) -> ImportRow:
    return ImportRow(
        uuid=one.uuid,
        file_name=one.file_name,
        kind=one.kind,
        preset=one.preset,
        state=one.state,
        sha256=one.sha256,
        size_bytes=one.size_bytes,
        file_format=one.file_format,
        encoding=one.encoding,
        business_date=one.business_date,
        rows_read=one.rows_read,
        accepted=one.accepted,
        rejected=one.rejected,
        quarantined=one.quarantined,
        notes=one.notes,
        totals=one.totals,
        mapping=one.mapping,
        failure=one.failure,
        uploaded_by=one.uploaded_by.display_name if one.uploaded_by else "",
        withdrawal_asked_by=(
            one.withdrawal_asked_by.display_name if one.withdrawal_asked_by else ""
        ),
        created_at=one.created_at,
        finished_at=one.finished_at,
    )
