"""A tape somebody brought in: what it was, what was found in it, what was taken from it."""

from __future__ import annotations

import uuid

from django.db import models

from forbear_server.store.models.lenders import Lender
from forbear_server.store.models.users import User


class Import(models.Model):
    class Kind(models.TextChoices):
        NEW = "new"
        FINANCIAL = "financial"
        MAINTENANCE = "maintenance"
        RECALL = "recall"
        FULL_SNAPSHOT = "full_snapshot"

    class State(models.TextChoices):
        AWAITING_MAPPING = "awaiting_mapping"
        CHECKING = "checking"
        AWAITING_CONFIRMATION = "awaiting_confirmation"
        IMPORTING = "importing"
        COMPLETED = "completed"
        PART_COMPLETED = "part_completed"
        WITHDRAWN = "withdrawn"
        FAILED = "failed"

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    file_name = models.CharField(max_length=255)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    preset = models.CharField(max_length=64, blank=True)
    mapping = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    file_format = models.CharField(max_length=16)
    encoding = models.CharField(max_length=16, blank=True)
    business_date = models.DateField()
    state = models.CharField(max_length=24, choices=State.choices)
    rows_read = models.BigIntegerField(default=0)
    accepted = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    quarantined = models.BigIntegerField(default=0)
    notes = models.BigIntegerField(default=0)
    # Control totals: what the lender said, what we counted. Integers only, never personal data.
    totals = models.JSONField(default=dict)
    failure = models.TextField(blank=True)
    withdrawal_asked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "tape_import"
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "sha256"],
                condition=models.Q(state__in=["importing", "completed", "part_completed"]),
                name="tape_import_accepted_once",
            ),
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="tape_import_digest_hex"
            ),
            models.CheckConstraint(
                condition=models.Q(size_bytes__gte=0), name="tape_import_size_not_negative"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["completed", "part_completed"])
                | models.Q(
                    rows_read=models.F("accepted")
                    + models.F("rejected")
                    + models.F("quarantined")
                    + models.F("notes")
                ),
                name="tape_import_rows_add_up",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportFinding(models.Model):
    class Level(models.TextChoices):
        ERROR = "error"
        WARNING = "warning"
        NOTE = "note"

    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    # Findings are a part of their import and are made anew by each check.
    tape_import = models.ForeignKey(Import, on_delete=models.CASCADE)
    level = models.CharField(max_length=8, choices=Level.choices)
    file = models.CharField(max_length=255)
    row = models.BigIntegerField(null=True, blank=True)
    column = models.CharField(max_length=128, blank=True)
    # The class of the value (empty, text, date, ...), never the value: it may be personal data.
    value_class = models.CharField(max_length=32, blank=True)
    code = models.CharField(max_length=64)
    params = models.JSONField(default=dict)

    class Meta:
        db_table = "import_finding"
        indexes = [models.Index(fields=["tape_import", "level", "code", "row"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(level__in=["error", "warning", "note"]),
                name="import_finding_level_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.code} in row {self.row}"


class MappingTemplate(models.Model):
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    name = models.CharField(max_length=64)
    mapping = models.JSONField()

    class Meta:
        db_table = "mapping_template"
        constraints = [
            models.UniqueConstraint(fields=["lender", "name"], name="mapping_template_once"),
        ]

    def __str__(self) -> str:
        return self.name
