"""Internal notes about a borrower, opened for who may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from forbear_server.store.models import BorrowerNote
from forbear_server.store.sealing import unseal

NOTE_FIELD = "borrower_note.text"


@dataclass(frozen=True, slots=True)
class NoteLine:
    """One note with who wrote it."""

    written_at: datetime
    written_by: str
    text: str
    evidence_id: str


def list_notes(borrower_id: int, *, most: int) -> Sequence[NoteLine]:
    """Notes about a borrower the caller has made sure this person may see; newest first."""
    rows = BorrowerNote.objects.filter(borrower_id=borrower_id).select_related("written_by")
    return [
        NoteLine(row.written_at, row.written_by.display_name, note_text(row), row.evidence_id)
        for row in rows.order_by("-written_at")[:most]
    ]


def note_text(row: BorrowerNote) -> str:
    return unseal(row.text_sealed, field=NOTE_FIELD, row=f"{row.lender_id}:{row.uuid}")
