"""What a colleague should know of a borrower: kept on the desk, never sent."""

from __future__ import annotations

import uuid

from django.db import models

from forbear_server.store.models.borrowers import Borrower
from forbear_server.store.models.lenders import Lender
from forbear_server.store.models.users import User


class BorrowerNote(models.Model):
    """One internal note; written once, never changed, read by who may see the borrower."""

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    # Goes with the person: it is about them.
    borrower = models.ForeignKey(Borrower, on_delete=models.CASCADE)
    # Sealed with field "borrower_note.text" and row "<lender id>:<uuid>".
    text_sealed = models.TextField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    # The same form sent twice keeps one note.
    idempotency_key = models.CharField(max_length=64)
    evidence_id = models.CharField(max_length=32)

    class Meta:
        db_table = "borrower_note"
        indexes = [models.Index(fields=["lender", "borrower", "written_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "written_by", "idempotency_key"], name="borrower_note_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)
