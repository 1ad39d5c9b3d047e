"""Hand back the rows that were not taken, with the findings beside each; that is on record."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import transaction

from forbear.intake.rejected_rows import write_rejected_rows
from forbear_server.selectors.actors import Actor
from forbear_server.services.evidence import append_evidence
from forbear_server.services.import_checks import checked_tape
from forbear_server.store.models import Import


@transaction.atomic
def write_rejects(*, actor: Actor, import_uuid: UUID, folder: Path, now: datetime) -> Path | None:
    """A CSV file in `folder`, or None when every row was taken."""
    row = Import.objects.get(pk=import_uuid)
    if not row.mapping:
        return None
    paths = write_rejected_rows(checked_tape(row, actor.lender_code), folder)
    if not paths:
        return None
    append_evidence(
        "import.rejects_downloaded",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        about=f"import:{row.uuid}",
        body={"rows": row.rejected + row.quarantined},
    )
    return paths[0]
