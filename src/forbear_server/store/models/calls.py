"""A call to a borrower: placed under a permit, recorded, and never closed without a disposition."""

from __future__ import annotations

import uuid

from django.db import models

from forbear_server.store.models.borrowers import Borrower
from forbear_server.store.models.lenders import Lender
from forbear_server.store.models.permits import PermitRequest
from forbear_server.store.models.users import User

STATES = ["dialling", "ringing", "connected", "wrap_up", "done", "not_placed", "failed"]
IDENTITIES = ["unknown", "right_party", "third_person", "unverifiable"]


class Call(models.Model):
    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    # Goes with the person: it is about them.
    borrower = models.ForeignKey(Borrower, on_delete=models.CASCADE)
    permit = models.OneToOneField(PermitRequest, on_delete=models.CASCADE)
    collector = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    loan_ref = models.CharField(max_length=64, blank=True)
    address_ref = models.CharField(max_length=64)
    # A person's voice, an AI's or a recording: said to the borrower, kept here.
    voice = models.CharField(max_length=16, default="person")
    provider = models.CharField(max_length=32)
    provider_call_id = models.CharField(max_length=128, blank=True)
    state = models.CharField(max_length=16, default="dialling")
    asked_at = models.DateTimeField()
    # After this moment nothing permits the call: it must be over.
    window_closes_at = models.DateTimeField()
    ringing_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=16, blank=True)
    hangup_reason = models.CharField(max_length=64, blank=True)
    identity = models.CharField(max_length=16, default="unknown")
    # Lines of the guide that were said, by their code.
    said = models.JSONField(default=list)
    disposition = models.CharField(max_length=24, blank=True)
    disposed_at = models.DateTimeField(null=True, blank=True)
    # Sealed with field "call.note" and row "<lender id>:<uuid>".
    note_sealed = models.TextField(blank=True)
    # on, broken, kept, deleted, none; the sealed file beside the desk is named by its digest.
    recording = models.CharField(max_length=16, default="none")
    recording_digest = models.CharField(max_length=64, blank=True)
    recording_kept_until = models.DateField(null=True, blank=True)
    # The collector's phone, and what a voice that is no person's says first.
    collector_line = models.CharField(max_length=64, blank=True)
    announcement = models.TextField(blank=True)
    # The collector wishes to end it; whoever holds the telephone system does.
    end_wished_at = models.DateTimeField(null=True, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    # What the collector wishes of the line, and what the line says of itself.
    is_mute_wished = models.BooleanField(default=False)
    is_muted = models.BooleanField(default=False)
    is_hold_wished = models.BooleanField(default=False)
    is_held = models.BooleanField(default=False)
    # The other side was upset: the guide rests, and the team's lead is told until they have seen it.
    distressed_at = models.DateTimeField(null=True, blank=True)
    is_guide_paused = models.BooleanField(default=False)
    distress_seen_at = models.DateTimeField(null=True, blank=True)
    distress_seen_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        db_table = "call"
        indexes = [models.Index(fields=["lender", "borrower", "asked_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "collector"],
                condition=models.Q(state__in=["dialling", "ringing", "connected", "wrap_up"]),
                name="call_one_at_a_time",
            ),
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="call_state_known"),
            models.CheckConstraint(
                condition=models.Q(identity__in=IDENTITIES), name="call_identity_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="done") | ~models.Q(disposition=""),
                name="call_closed_with_a_disposition",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.uuid} {self.state}"
