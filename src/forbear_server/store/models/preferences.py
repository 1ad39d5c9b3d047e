"""What a borrower agreed to and asked for about contact, and what holds contact back."""

from __future__ import annotations

import uuid

from django.db import models

from forbear_server.store.models.borrowers import Borrower
from forbear_server.store.models.lenders import Lender
from forbear_server.store.models.users import User


class ContactPreference(models.Model):
    """One statement of the borrower's; withdrawn, never changed."""

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    # Goes with the person: it is theirs.
    borrower = models.ForeignKey(Borrower, on_delete=models.CASCADE)
    kind = models.CharField(max_length=24)
    # Empty: every channel, every purpose, every address.
    channel = models.CharField(max_length=32, blank=True)
    purpose = models.CharField(max_length=64, blank=True)
    address_ref = models.CharField(max_length=64, blank=True)
    from_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    until_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    daily_cap = models.PositiveSmallIntegerField(null=True, blank=True)
    language = models.CharField(max_length=16, blank=True)
    # The words it was given in, by digest; they stand sealed in the evidence.
    text_digest = models.CharField(max_length=64, blank=True)
    # inbound, collector, portal, program
    source = models.CharField(max_length=16)
    granted_at = models.DateTimeField()
    # It ends by itself (a pause); empty: until withdrawn.
    until = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    evidence_id = models.CharField(max_length=32)

    class Meta:
        db_table = "contact_preference"
        indexes = [models.Index(fields=["lender", "borrower", "granted_at"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True)
                | models.Q(withdrawn_at__gte=models.F("granted_at")),
                name="contact_preference_withdrawn_after",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.channel}"


class ContactHold(models.Model):
    """Contact is held back: for this person, or for one of their loans."""

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    # Goes with the person: it protects them.
    borrower = models.ForeignKey(Borrower, on_delete=models.CASCADE)
    # Empty: the person and all their loans.
    loan_ref = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=24)
    source = models.CharField(max_length=16)
    placed_at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    placed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    evidence_id = models.CharField(max_length=32)

    class Meta:
        db_table = "contact_hold"
        indexes = [models.Index(fields=["lender", "borrower", "placed_at"])]

    def __str__(self) -> str:
        return self.kind
