"""Score cards and reward policies: written by one person, approved by another, never changed."""

from __future__ import annotations

import uuid

from django.db import models

from forbear_server.store.models.lenders import Lender
from forbear_server.store.models.users import User

_STATES = ["draft", "submitted", "approved", "returned", "retired"]
_DECIDED = ["approved", "returned", "retired"]


class ApprovalState(models.TextChoices):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"
    RETIRED = "retired"


class ScoreCard(models.Model):
    class Part(models.TextChoices):
        CHAMPION = "champion"
        CHALLENGER = "challenger"

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    name = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    recipe = models.CharField(max_length=32)
    # The card's canonical text and its SHA-256: what is evaluated is what was approved.
    text = models.TextField()
    digest = models.CharField(max_length=64)
    is_simulated = models.BooleanField()
    state = models.CharField(
        max_length=16, choices=ApprovalState.choices, default=ApprovalState.DRAFT
    )
    # The champion scores; a challenger is measured beside it.
    part = models.CharField(max_length=16, choices=Part.choices, default=Part.CHALLENGER)
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
        db_table = "score_card"
        ordering = ["recipe", "name", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "name", "version"], name="score_card_version_once"
            ),
            models.UniqueConstraint(
                fields=["lender", "recipe"],
                condition=models.Q(state="approved", part="champion"),
                name="score_card_one_champion",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=_STATES), name="score_card_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(part__in=["champion", "challenger"]),
                name="score_card_part_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(decided_by=models.F("submitted_by"))
                | models.Q(decided_by__isnull=True),
                name="score_card_nobody_approves_their_own",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=_DECIDED) | models.Q(decided_by__isnull=False),
                name="score_card_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class RewardPolicy(models.Model):
    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    version = models.PositiveIntegerField()
    text = models.TextField()
    digest = models.CharField(max_length=64)
    # What it would cost, computed on the lender's book before anybody may approve it.
    costs = models.JSONField(default=list)
    state = models.CharField(
        max_length=16, choices=ApprovalState.choices, default=ApprovalState.DRAFT
    )
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "reward_policy"
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "version"], name="reward_policy_version_once"
            ),
            models.UniqueConstraint(
                fields=["lender"],
                condition=models.Q(state="approved"),
                name="reward_policy_one_in_force",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=_STATES), name="reward_policy_state_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(decided_by=models.F("added_by"))
                | models.Q(decided_by__isnull=True),
                name="reward_policy_nobody_approves_their_own",
            ),
        ]

    def __str__(self) -> str:
        return f"reward policy {self.version}"
