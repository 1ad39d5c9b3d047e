"""A lender whose loans this installation looks after. Every other row belongs to one."""

from __future__ import annotations

from django.db import models


class Lender(models.Model):
    class Kind(models.TextChoices):
        CONSUMER_FINANCE = "consumer_finance"
        BANK = "bank"
        MICROLOAN = "microloan"
        AUTO_FINANCE = "auto_finance"
        ASSIGNEE = "assignee"
        LOAN_FACILITATION_PLATFORM = "loan_facilitation_platform"
        OTHER = "other"

    code = models.CharField(max_length=32, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    kind = models.CharField(max_length=32, choices=Kind.choices)
    # The legal system whose rulebooks the gate asks: ISO 3166 code, "US-MA" for a state's own.
    jurisdiction = models.CharField(max_length=8, default="CN", db_default="CN")
    # Bodies whose self-regulation binds this lender; empty (null): what its kind usually means.
    memberships = models.JSONField(null=True, blank=True)
    # Strengths that advise instead of bind: not_advisable, should_not, or none.
    advisory_strengths = models.JSONField(
        default=list, db_default=models.Value([], models.JSONField()), blank=True
    )
    currency = models.CharField(max_length=3, default="CNY")
    time_zone = models.CharField(max_length=64, default="Asia/Shanghai")

    class Meta:
        db_table = "lender"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^[a-z0-9][a-z0-9_-]*$"), name="lender_code_plain"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        "consumer_finance",
                        "bank",
                        "microloan",
                        "auto_finance",
                        "assignee",
                        "loan_facilitation_platform",
                        "other",
                    ]
                ),
                name="lender_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(jurisdiction__regex=r"^[A-Z]{2}(-[A-Z]{2})?$"),
                name="lender_jurisdiction_iso",
            ),
            models.CheckConstraint(
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="lender_currency_iso"
            ),
        ]

    def __str__(self) -> str:
        return self.code
