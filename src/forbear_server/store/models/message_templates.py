"""Texts that may reach a person: each version written once, approved by somebody else."""

from __future__ import annotations

import uuid

from django.db import models

from forbear_server.store.models.lenders import Lender
from forbear_server.store.models.users import User

STATES = ["draft", "submitted", "approved", "returned", "retired"]


class MessageTemplate(models.Model):
    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    name = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    channel = models.CharField(max_length=32)
    purpose = models.CharField(max_length=64)
    language = models.CharField(max_length=16, default="zh-Hans")
    tone = models.CharField(max_length=16)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    # SHA-256 of what was approved, as `forbear.contact.wording.templates` counts it.
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=16, default="draft")
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    submitted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "message_template"
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "name", "language", "version"], name="message_template_once"
            ),
            models.UniqueConstraint(
                fields=["lender", "name", "language"],
                condition=models.Q(state="approved"),
                name="message_template_one_approved",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=STATES), name="message_template_state_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["approved", "returned"])
                | (models.Q(decided_by__isnull=False) & ~models.Q(decided_by=models.F("added_by"))),
                name="message_template_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}/{self.version}"
