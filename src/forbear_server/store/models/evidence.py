"""What happened, in the transaction that made it happen. Rows are added, never changed."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from forbear_server.store.models.lenders import Lender
from forbear_server.store.models.users import User


class EvidenceEntry(models.Model):
    id = models.BigAutoField(primary_key=True)
    # Empty for what happened before a lender was known: a refused sign-in of an unknown name.
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, null=True, blank=True)
    # The business moment the caller acted at; recorded_at is the database's own clock.
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    actor = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # An event in the past tense: sign_in.succeeded.
    name = models.CharField(max_length=64)
    # What it happened to: an id, never a name or a number.
    subject = models.CharField(max_length=128, blank=True)
    address = models.CharField(max_length=64, blank=True)
    body = models.JSONField(default=dict)

    class Meta:
        db_table = "evidence_entry"
        ordering = ["-id"]
        indexes = [models.Index(fields=["lender", "name", "at"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(name__regex=r"^[a-z_]+\.[a-z_]+$"),
                name="evidence_entry_name_form",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.subject}"
