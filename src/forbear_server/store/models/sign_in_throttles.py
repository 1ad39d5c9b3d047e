"""Failed sign-ins by user name, known or not: a lock that tells nobody which names exist."""

from __future__ import annotations

from django.db import models


class SignInThrottle(models.Model):
    # A keyed digest of the name typed: an unknown name may be somebody's password.
    username_digest = models.CharField(max_length=64, unique=True)
    failures = models.PositiveSmallIntegerField(default=0)
    window_started_at = models.DateTimeField()
    locked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "sign_in_throttle"

    def __str__(self) -> str:
        return self.username_digest[:8]
