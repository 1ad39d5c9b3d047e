"""Scores of loans, what borrowers did since the night, and the early warnings raised from both."""

from __future__ import annotations

import uuid

from django.db import models

from forbear_server.store.models.borrowers import Borrower
from forbear_server.store.models.lenders import Lender
from forbear_server.store.models.scorecards import ScoreCard
from forbear_server.store.models.users import User

EVENT_KINDS = [
    "payment",
    "failed_debit",
    "promise_kept",
    "promise_missed",
    "complaint",
    "dispute",
    "dispute_decided",
    "hardship",
    "hardship_approved",
    "relief_ended",
]


class BehaviourEvent(models.Model):
    """Something a borrower did or that happened to them; added once, never changed."""

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    # Goes with the person: it is theirs.
    borrower = models.ForeignKey(Borrower, on_delete=models.CASCADE)
    loan_ref = models.CharField(max_length=64)
    kind = models.CharField(max_length=24)
    happened_on = models.DateField()
    amount_minor = models.BigIntegerField(null=True, blank=True)
    reported_at = models.DateTimeField()
    reported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # The same key told again is the same event.
    idempotency_key = models.CharField(max_length=64)

    class Meta:
        db_table = "behaviour_event"
        indexes = [models.Index(fields=["lender", "loan_ref", "happened_on"])]
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "idempotency_key"], name="behaviour_event_once"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=EVENT_KINDS), name="behaviour_event_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.happened_on}"


class LoanScore(models.Model):
    """The newest score of a loan; earlier ones are in the evidence and in the runs' files."""

    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    # Goes with the person: it is about them.
    borrower = models.ForeignKey(Borrower, on_delete=models.CASCADE)
    loan_ref = models.CharField(max_length=64)
    score_card = models.ForeignKey(ScoreCard, on_delete=models.PROTECT)
    as_of = models.DateField()
    scored_at = models.DateTimeField()
    points = models.IntegerField()
    ppm = models.PositiveIntegerField()
    # The score before this one, by the same card; empty the first time.
    points_before = models.IntegerField(null=True, blank=True)
    # Every input of the card as it was: the reasons follow from it and the card.
    facts = models.JSONField(default=dict)
    # "night" or the kind of the event that asked for it.
    cause = models.CharField(max_length=16)

    class Meta:
        db_table = "loan_score"
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "loan_ref", "score_card"], name="loan_score_newest"
            ),
            models.CheckConstraint(
                condition=models.Q(ppm__lte=1_000_000), name="loan_score_ppm_of_a_million"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan_ref} {self.points}"


class EarlyWarning(models.Model):
    """A loan that may fall behind: why, and which help is offered first."""

    class State(models.TextChoices):
        OPEN = "open"
        HELPED = "helped"
        DISMISSED = "dismissed"
        LAPSED = "lapsed"

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    # Goes with the person: it is about them.
    borrower = models.ForeignKey(Borrower, on_delete=models.CASCADE)
    loan_ref = models.CharField(max_length=64)
    score_card = models.ForeignKey(ScoreCard, on_delete=models.PROTECT)
    raised_at = models.DateTimeField()
    business_date = models.DateField()
    cause = models.CharField(max_length=16)
    points = models.IntegerField()
    points_before = models.IntegerField(null=True, blank=True)
    ppm = models.PositiveIntegerField()
    # [{"characteristic", "points"}], largest loss first, and the helps in the order to offer them.
    reasons = models.JSONField(default=list)
    helps = models.JSONField(default=list)
    grounds = models.JSONField(default=list)
    state = models.CharField(max_length=16, choices=State.choices, default=State.OPEN)
    closed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    # Which help was given, or why none was.
    closing_word = models.CharField(max_length=32, blank=True)

    class Meta:
        db_table = "early_warning"
        indexes = [models.Index(fields=["lender", "state", "business_date"])]
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "loan_ref"],
                condition=models.Q(state="open"),
                name="early_warning_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "helped", "dismissed", "lapsed"]),
                name="early_warning_state_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["helped", "dismissed"])
                | (models.Q(closed_by__isnull=False) & ~models.Q(closing_word="")),
                name="early_warning_closed_with_a_word",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan_ref} {self.state}"
