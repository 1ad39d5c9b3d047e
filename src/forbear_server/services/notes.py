"""Internal notes about a borrower: screened, kept sealed, never sent, read by who may see them."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from forbear.contact.wording.facts import Case, Direction
from forbear.contact.wording.screening import Outcome, screen
from forbear.primitives.errors import RequestRefused
from forbear_server.selectors.access import Screen, may_write
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.notes import NOTE_FIELD, note_text
from forbear_server.services.addresses import own_borrower
from forbear_server.services.evidence import Recorded, append_evidence
from forbear_server.services.refusals import refusals_recorded
from forbear_server.store.evidence_persons import borrower_person
from forbear_server.store.models import BorrowerNote
from forbear_server.store.sealing import seal

LONGEST_NOTE = 500


class InternalNoteRefused(RequestRefused):
    """A note that cannot be kept as it stands; nothing was kept. `reason` names the page's words."""

    code = "internal_note_refused"

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


@refusals_recorded("note.refused", InternalNoteRefused)
@transaction.atomic
def write_note(
    *, actor: Actor, borrower_ref: str, text: str, idempotency_key: str, now: datetime
) -> Recorded:
    """Keep a note for colleagues; the same form again gets the first answer.

    Raises `InternalNoteRefused`, `BorrowerNotHere`.
    """
    if not may_write(actor, Screen.LOAN):
        raise InternalNoteRefused("Notes are written by those who work the case.", reason="role")
    borrower = own_borrower(actor, borrower_ref)
    written = text.strip()
    known = BorrowerNote.objects.filter(
        written_by_id=actor.user_id, idempotency_key=idempotency_key
    ).first()
    if known is not None:
        if known.borrower_id != borrower.pk or note_text(known) != written:
            raise InternalNoteRefused(
                "This form was sent before with other words: open it anew.", reason="key_reused"
            )
        return Recorded(0, known.evidence_id)
    _check(written)
    note_id = uuid.uuid4()
    recorded = append_evidence(
        "note.written",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        about=f"note:{note_id}",
        person=borrower_person(borrower_ref),
        private={"text": written},
    )
    BorrowerNote.objects.create(
        uuid=note_id,
        lender_id=actor.lender_id,
        borrower=borrower,
        text_sealed=seal(written, field=NOTE_FIELD, row=f"{actor.lender_id}:{note_id}"),
        written_by_id=actor.user_id,
        written_at=now,
        idempotency_key=idempotency_key,
        evidence_id=recorded.entry_id,
    )
    return recorded


def _check(text: str) -> None:
    """Not empty, not too long, no insult and nothing of other persons."""
    if not text or len(text) > LONGEST_NOTE:
        raise InternalNoteRefused(
            f"A note has 1 to {LONGEST_NOTE} characters; this one has {len(text)}.", reason="length"
        )
    found = screen(text, about=Case(), direction=Direction.NOTE)
    if found.outcome is Outcome.BLOCKED:
        raise InternalNoteRefused(
            "The note insults somebody or holds data of another person: write what happened.",
            reason="not_fit",
        )
