"""What somebody typed on a borrower's page and has not sent: kept for them alone, for some days."""

from __future__ import annotations

import uuid

from django.db import models

from forbear_server.store.models.borrowers import Borrower
from forbear_server.store.models.lenders import Lender
from forbear_server.store.models.users import User


class KeptDraft(models.Model):
    """One draft of one account, borrower and place; it is no act and has no entry."""

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    # Goes with the person: it is about them.
    borrower = models.ForeignKey(Borrower, on_delete=models.CASCADE)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # A tab of the composer, "note", or "disposition".
    place = models.CharField(max_length=32)
    # Sealed with field "kept_draft.text" and row "<lender id>:<uuid>": what stands in each field.
    text_sealed = models.TextField()
    saved_at = models.DateTimeField()

    class Meta:
        db_table = "kept_draft"
        indexes = [models.Index(fields=["owner", "saved_at"], name="kept_draft_by_age")]
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "owner", "borrower", "place"], name="kept_draft_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)
