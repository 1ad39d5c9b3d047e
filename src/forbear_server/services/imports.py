"""A lender's tape comes in: received and sealed, then mapped. Nothing of it is in the book yet.

Checking is in import_checks, taking in import_acceptance, taking back in import_withdrawals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from forbear.intake.mappings import TapeMapping, read_mapping
from forbear.intake.presets.catalogue import SHAPE_FIELDS, preset
from forbear.intake.proposals import mapping_text
from forbear.intake.reading import RawTable, read_table
from forbear.intake.reports import TapeKind
from forbear.intake.sources import Limits, TapeUnreadable, open_source
from forbear.primitives.findings import Finding
from forbear_server.selectors.actors import Actor
from forbear_server.services.evidence import append_evidence
from forbear_server.store.models import Import, MappingTemplate
from forbear_server.store.tape_files import keep_tape

ACCEPTED_STATES = ("importing", "completed", "part_completed")


class AlreadyImported(Exception):
    """The same content was taken before: nothing is written twice."""

    def __init__(self, earlier: UUID) -> None:
        super().__init__(str(earlier))
        self.earlier = earlier


class TapeRefused(Exception):
    """Not one row of the file could be read; `finding` says why and what to do."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class MappingChoice:
    """What a person chose in step 2, as it is kept with the import and in templates."""

    preset: str
    shape: str
    currency: str
    columns: Mapping[str, Mapping[str, Any]]

    def as_json(self) -> dict[str, Any]:
        return {
            "preset": self.preset,
            "shape": self.shape,
            "currency": self.currency,
            "columns": {heading: dict(entry) for heading, entry in self.columns.items()},
        }

    @staticmethod
    def of(raw: Mapping[str, Any]) -> MappingChoice:
        return MappingChoice(raw["preset"], raw["shape"], raw["currency"], raw["columns"])

    def mapping(self) -> TapeMapping:
        """The mapping to check by: a shipped preset as it is, or the columns chosen."""
        if self.preset and not self.columns:
            return preset(self.preset)
        text = mapping_text(
            self.preset or "console", self.shape, self.columns, currency=self.currency or None
        )
        made = read_mapping(text, file="mapping.yaml", shapes=SHAPE_FIELDS)
        return replace(made, terms=preset(self.preset).terms) if self.preset else made


def receive_tape(
    *,
    actor: Actor,
    path: Path,
    file_name: str,
    kind: TapeKind,
    business_date: date,
    now: datetime,
) -> UUID:
    """Read the file once, seal what may be kept of it, and open an import for it.

    Raises `TapeRefused` for a file that cannot be read, `AlreadyImported` for known content.
    """
    try:
        sha256, raw = _read(path, file_name)
    except TapeUnreadable as fault:
        finding = replace(fault.finding, file=file_name)
        _record_refused(actor, file_name, finding.code, now)
        raise TapeRefused(finding) from None
    earlier = Import.objects.filter(sha256=sha256, state__in=ACCEPTED_STATES).first()
    if earlier is not None:
        _record_refused(actor, file_name, "already_imported", now)
        raise AlreadyImported(earlier.uuid)
    keep_tape(actor.lender_id, sha256, raw)
    with transaction.atomic():
        row = Import.objects.create(
            lender_id=actor.lender_id,
            file_name=file_name[:255],
            kind=kind,
            sha256=sha256,
            size_bytes=path.stat().st_size,
            file_format=raw.format.value,
            encoding=raw.encoding,
            business_date=business_date,
            state=Import.State.AWAITING_MAPPING,
            rows_read=raw.frame.height,
            uploaded_by_id=actor.user_id,
            created_at=now,
        )
        append_evidence(
            "import.received",
            now=now,
            lender_id=actor.lender_id,
            actor=actor,
            about=f"import:{row.uuid}",
            body={"sha256": sha256, "rows": raw.frame.height, "refused": len(raw.refused)},
        )
    return row.uuid


def _read(path: Path, file_name: str) -> tuple[str, RawTable]:
    limits = Limits(file_bytes=settings.IMPORT_MAX_BYTES)
    source = replace(open_source(path, limits=limits), name=file_name)
    return source.sha256, read_table(source, limits=limits)


@transaction.atomic
def map_tape(
    *, actor: Actor, import_uuid: UUID, choice: MappingChoice, template: str, now: datetime
) -> None:
    """Keep the mapping with the import; `template` saves it under that name for the next file.

    Raises `MappingFaulty` when the columns chosen make no mapping.
    """
    choice.mapping()
    row = Import.objects.select_for_update().get(pk=import_uuid)
    row.mapping = choice.as_json()
    row.preset = choice.preset
    row.state = Import.State.CHECKING
    row.save()
    if template:
        MappingTemplate.objects.update_or_create(
            lender_id=actor.lender_id, name=template[:64], defaults={"mapping": choice.as_json()}
        )
    append_evidence(
        "import.mapped",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        about=f"import:{row.uuid}",
        body={"preset": choice.preset, "columns": len(choice.columns), "template": template},
    )


@transaction.atomic
def _record_refused(actor: Actor, file_name: str, code: str, now: datetime) -> None:
    append_evidence(
        "import.refused",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        body={"code": code, "suffix": Path(file_name).suffix[:16]},
    )
