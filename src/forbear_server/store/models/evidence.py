"""What happened, in the transaction that made it happen. Rows are added, never changed."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from forbear_server.store.models.lenders import Lender
from forbear_server.store.models.users import User


class EvidenceEntry(models.Model):
    id = models.BigAutoField(primary_key=True)
    # The id of the entry in the log: random.
    uuid = models.UUIDField(unique=True)
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
    # What it happened to, by an id that is nobody's: run:2026-11-20.
    about = models.CharField(max_length=128, blank=True)
    # Whom it happened to, by a pseudonym random for each purpose (`evidence_subject`).
    subject = models.CharField(max_length=32, blank=True)
    # The open fields, as they stand in the log.
    body = models.JSONField(default=dict)
    # Keys and values of the committed fields, closed under the person's key (`evidence_person`).
    sealed = models.BinaryField(default=bytes)

    class Meta:
        db_table = "evidence_entry"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["lender", "name", "at"]),
            models.Index(fields=["about"], name="evidence_entry_about"),
            models.Index(fields=["subject"], name="evidence_entry_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(name__regex=r"^[a-z_]+\.[a-z_]+$"),
                name="evidence_entry_name_form",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.uuid}"


class EvidencePerson(models.Model):
    """The key of one person's committed fields. Erasing them empties `ref` and the key for good."""

    class Kind(models.TextChoices):
        BORROWER = "borrower"
        STAFF = "staff"
        # Not persons: entries about nobody are closed under their lender's or the house's key.
        LENDER = "lender"
        INSTALLATION = "installation"

    id = models.BigAutoField(primary_key=True)
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, null=True, blank=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    ref = models.CharField(max_length=64, blank=True)
    # Sealed with field "evidence.person_key" and row "<id>".
    key_sealed = models.TextField(blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "evidence_person"
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "kind", "ref"],
                condition=~models.Q(key_sealed=""),
                nulls_distinct=False,
                name="evidence_person_once",
            ),
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=True)
                | models.Q(erased_at__isnull=False, ref="", key_sealed=""),
                name="evidence_person_erased_is_empty",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class EvidenceSubject(models.Model):
    """Which pseudonym stands for a person in entries of one purpose; goes when they are erased."""

    id = models.BigAutoField(primary_key=True)
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, null=True, blank=True)
    person = models.ForeignKey(EvidencePerson, on_delete=models.PROTECT)
    purpose = models.CharField(max_length=16)
    pseudonym = models.CharField(max_length=32, unique=True)

    class Meta:
        db_table = "evidence_subject"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose"], name="evidence_subject_once_a_purpose"
            ),
        ]

    def __str__(self) -> str:
        return self.pseudonym


class RetentionHold(models.Model):
    """A duty to keep a person's records: while it stands, they cannot be erased."""

    id = models.BigAutoField(primary_key=True)
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    person = models.ForeignKey(EvidencePerson, on_delete=models.PROTECT)
    citation = models.CharField(max_length=200)
    # Empty: until somebody releases it.
    kept_until = models.DateField(null=True, blank=True)
    placed_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "retention_hold"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(citation=""), name="retention_hold_has_citation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.citation}"
