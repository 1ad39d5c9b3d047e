"""What the gate answered to a request for a permit: issued, refused or left to a person."""

from __future__ import annotations

import uuid

from django.db import models

from forbear_server.store.models.borrowers import Borrower
from forbear_server.store.models.lenders import Lender
from forbear_server.store.models.users import User


class PermitRequest(models.Model):
    class State(models.TextChoices):
        ISSUED = "issued"
        REFUSED = "refused"
        NEEDS_REVIEW = "needs_review"
        USED = "used"
        LAPSED = "lapsed"

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, db_index=False)
    borrower = models.ForeignKey(Borrower, on_delete=models.PROTECT)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    # The same key asked again gets the first answer.
    idempotency_key = models.CharField(max_length=64)
    channel = models.CharField(max_length=32)
    recipient = models.CharField(max_length=32, default="borrower")
    purpose = models.CharField(max_length=64, default="collect")
    loan_ref = models.CharField(max_length=64, blank=True)
    # An opaque word for the number or address; the address itself stays with the borrower.
    address_ref = models.CharField(max_length=64, blank=True)
    content_digest = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=16, choices=State.choices)
    # Every rule that stood against it, as [{"rule_id", "reason"}].
    grounds = models.JSONField(default=list)
    # Both given exactly when it was issued.
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    # What came of the contact, once known (`forbear.contact.attempts.Outcome`); until then it
    # counts as one that reached the borrower.
    outcome = models.CharField(max_length=16, blank=True)
    rulebooks = models.CharField(max_length=64)
    # The commitment to the facts judged, as in the evidence entry that holds them sealed.
    facts_digest = models.CharField(max_length=64)

    class Meta:
        db_table = "permit_request"
        indexes = [models.Index(fields=["lender", "borrower", "asked_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "idempotency_key"], name="permit_request_key_once"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["issued", "refused", "needs_review", "used", "lapsed"]
                ),
                name="permit_request_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["refused", "needs_review"],
                    opens_at__isnull=True,
                    closes_at__isnull=True,
                )
                | models.Q(
                    state__in=["issued", "used", "lapsed"],
                    opens_at__isnull=False,
                    closes_at__gt=models.F("opens_at"),
                ),
                name="permit_request_window_when_issued",
            ),
            models.CheckConstraint(
                condition=models.Q(state="used", used_at__isnull=False)
                | models.Q(~models.Q(state="used"), used_at__isnull=True),
                name="permit_request_used_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.uuid} {self.state}"
