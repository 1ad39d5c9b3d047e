"""The lender's staff: who may sign in, in which one role, with which second factor."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

from forbear_server.store.models.lenders import Lender


class User(AbstractBaseUser):
    class Role(models.TextChoices):
        COLLECTOR = "collector"
        LEAD = "lead"
        STRATEGIST = "strategist"
        COMPLIANCE = "compliance"
        COMPLAINTS = "complaints"
        ADMIN = "admin"

    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    username = models.CharField(max_length=64, unique=True)
    display_name = models.CharField(max_length=64)
    role = models.CharField(max_length=16, choices=Role.choices)
    team = models.CharField(max_length=64, blank=True)
    is_active = models.BooleanField(default=True)
    # A demonstration account is listed with its current code on the sign-in page of a demo.
    is_demo = models.BooleanField(default=False)
    # Personal secret: sealed with field "user.totp_secret" and row the user name.
    totp_secret_sealed = models.TextField(blank=True)
    totp_bound_at = models.DateTimeField(null=True, blank=True)
    # The time step of the last code taken: a code opens one door once.
    totp_last_step = models.BigIntegerField(default=0)
    last_sign_in_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    # Until when a pause lasts that was taken after hard calls; no history of them is kept here.
    break_until = models.DateTimeField(null=True, blank=True)

    # AbstractBaseUser's own column says the same as last_sign_in_at.
    last_login = None

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name", "role"]

    class Meta:
        db_table = "staff_user"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    role__in=[
                        "collector",
                        "lead",
                        "strategist",
                        "compliance",
                        "complaints",
                        "admin",
                    ]
                ),
                name="staff_user_role_known",
            ),
            models.CheckConstraint(
                condition=models.Q(username__regex=r"^[a-z0-9][a-z0-9._-]*$"),
                name="staff_user_username_plain",
            ),
        ]

    def __str__(self) -> str:
        return self.username


class RecoveryCode(models.Model):
    """One of ten codes for somebody who lost the device; only a digest is kept."""

    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    # A user's codes have no meaning without the user.
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    code_digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "recovery_code"
        constraints = [
            models.UniqueConstraint(fields=["user", "code_digest"], name="recovery_code_once"),
        ]

    def __str__(self) -> str:
        return f"recovery code of {self.user_id}"
