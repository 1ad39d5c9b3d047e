"""A token that signs a program in with one role; only a digest of it is kept."""

from __future__ import annotations

from django.db import models

from forbear_server.store.models.lenders import Lender
from forbear_server.store.models.users import User


class ApiToken(models.Model):
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    # The account whose role and cases the program has.
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "api_token"
        constraints = [
            models.UniqueConstraint(fields=["lender", "name"], name="api_token_name_once"),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")),
                name="api_token_expires_later",
            ),
        ]

    def __str__(self) -> str:
        return self.name
