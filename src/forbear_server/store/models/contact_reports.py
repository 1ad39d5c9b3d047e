"""What came of contacts that other programs made, as they report it."""

from __future__ import annotations

import uuid

from django.db import models

from forbear_server.store.models.borrowers import Borrower
from forbear_server.store.models.lenders import Lender
from forbear_server.store.models.permits import PermitRequest


class ContactReport(models.Model):
    """One contact that ended; told twice it is kept once, and it counts as an attempt.

    With a permit it is what came of that permit, which counts already; without one it counts by
    itself.
    """

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, db_index=False)
    borrower = models.ForeignKey(Borrower, on_delete=models.CASCADE, db_index=False)
    permit = models.OneToOneField(PermitRequest, on_delete=models.CASCADE, null=True, blank=True)
    channel = models.CharField(max_length=32)
    outcome = models.CharField(max_length=16)
    ended_at = models.DateTimeField()
    reported_at = models.DateTimeField()
    # The entry that says so, given again to whoever reports it again.
    evidence_id = models.UUIDField()

    class Meta:
        db_table = "contact_report"
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "borrower", "channel", "ended_at", "permit"],
                name="contact_report_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.outcome} {self.ended_at}"
