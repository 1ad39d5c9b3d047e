"""A borrower's standing (善还分) as of the last night, and appeals against it."""

from __future__ import annotations

import uuid

from django.db import models

from forbear_server.store.models.borrowers import Borrower
from forbear_server.store.models.lenders import Lender
from forbear_server.store.models.users import User


class Standing(models.Model):
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    # Goes with the person: it is about them.
    borrower = models.ForeignKey(Borrower, on_delete=models.CASCADE)
    as_of = models.DateField()
    points = models.PositiveSmallIntegerField()
    tier = models.CharField(max_length=32)
    # Points by reason, adding to the score, as {"code": points}.
    reasons = models.JSONField(default=dict)
    rules_version = models.CharField(max_length=32)

    class Meta:
        db_table = "standing"
        constraints = [
            models.UniqueConstraint(fields=["lender", "borrower"], name="standing_newest"),
            models.CheckConstraint(
                condition=models.Q(points__lte=1000), name="standing_of_a_thousand"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.points} {self.tier}"


class StandingAppeal(models.Model):
    """A borrower says an event does not belong; it counts for nothing until a person decides."""

    class State(models.TextChoices):
        RECEIVED = "received"
        UPHELD = "upheld"
        REFUSED = "refused"

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    # Goes with the person: it is theirs.
    borrower = models.ForeignKey(Borrower, on_delete=models.CASCADE)
    # Which instalment it is about.
    loan_ref = models.CharField(max_length=64)
    due_on = models.DateField()
    reason = models.CharField(max_length=32)
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=State.choices, default=State.RECEIVED)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "standing_appeal"
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "loan_ref", "due_on"],
                condition=models.Q(state="received"),
                name="standing_appeal_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["received", "upheld", "refused"]),
                name="standing_appeal_state_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(decided_by=models.F("received_by"))
                | models.Q(decided_by__isnull=True),
                name="standing_appeal_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan_ref} {self.due_on} {self.state}"
