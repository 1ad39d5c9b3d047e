"""One line of one day's worklist: a borrower, a suggested action, and whether it is permitted."""

from __future__ import annotations

from django.db import models

from forbear_server.store.models.borrowers import Borrower
from forbear_server.store.models.lenders import Lender
from forbear_server.store.models.runs import Run
from forbear_server.store.models.users import User

_MINUTES_OF_A_DAY = 24 * 60


class WorklistItem(models.Model):
    class Verdict(models.TextChoices):
        ALLOWED = "allowed"
        REFUSED = "refused"
        NEEDS_REVIEW = "needs_review"

    class State(models.TextChoices):
        OPEN = "open"
        TAKEN = "taken"
        SNOOZED = "snoozed"
        DONE = "done"

    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    run = models.ForeignKey(Run, on_delete=models.PROTECT)
    business_date = models.DateField()
    borrower = models.ForeignKey(Borrower, on_delete=models.PROTECT)
    rank = models.PositiveIntegerField()
    action = models.CharField(max_length=32)
    reasons = models.JSONField(default=list)
    days_past_due = models.PositiveIntegerField()
    bucket = models.CharField(max_length=16)
    arrears_minor = models.BigIntegerField()
    outstanding_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    connected_today = models.PositiveSmallIntegerField(default=0)
    unanswered_today = models.PositiveSmallIntegerField(default=0)
    verdict = models.CharField(max_length=16, choices=Verdict.choices)
    # Minutes of the borrower's own day; both empty when no time of this day is permitted.
    permitted_from_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    permitted_until_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    verdict_reasons = models.JSONField(default=list)
    last_attempt_at = models.DateTimeField(null=True, blank=True)
    last_outcome = models.CharField(max_length=24, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    assigned_to = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    taken_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    taken_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    snooze_reason = models.CharField(max_length=32, blank=True)

    class Meta:
        db_table = "worklist_item"
        ordering = ["rank"]
        indexes = [models.Index(fields=["lender", "business_date", "state", "rank"])]
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "business_date", "borrower"], name="worklist_item_once_a_day"
            ),
            models.CheckConstraint(
                condition=models.Q(verdict__in=["allowed", "refused", "needs_review"]),
                name="worklist_item_verdict_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "taken", "snoozed", "done"]),
                name="worklist_item_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(arrears_minor__gte=0, outstanding_minor__gte=0),
                name="worklist_item_money_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(permitted_from_minute__isnull=True)
                | models.Q(
                    permitted_from_minute__lte=_MINUTES_OF_A_DAY,
                    permitted_until_minute__lte=_MINUTES_OF_A_DAY,
                ),
                name="worklist_item_minutes_of_a_day",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="taken")
                | models.Q(taken_by__isnull=False, taken_at__isnull=False),
                name="worklist_item_taken_by_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="snoozed")
                | (models.Q(snoozed_until__isnull=False) & ~models.Q(snooze_reason="")),
                name="worklist_item_snoozed_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.business_date} {self.rank}"
