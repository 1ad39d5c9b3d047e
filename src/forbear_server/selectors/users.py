"""Who has an account, and what a demonstration may show about its accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from forbear_server.selectors.lenders import find_lender
from forbear_server.store.lender_scope import demo_listing_scope, lender_scope
from forbear_server.store.models import User


@dataclass(frozen=True, slots=True)
class UserRow:
    username: str
    display_name: str
    role: str
    team: str
    is_active: bool
    has_second_factor: bool
    last_sign_in_at: datetime | None


@dataclass(frozen=True, slots=True)
class DemoAccount:
    username: str
    display_name: str
    role: str
    lender_name_zh: str
    lender_name_en: str
    totp_secret_sealed: str
    totp_last_step: int


def list_users(lender_code: str) -> list[UserRow]:
    with lender_scope(find_lender(lender_code).lender_id):
        return [
            UserRow(
                username=user.username,
                display_name=user.display_name,
                role=user.role,
                team=user.team,
                is_active=user.is_active,
                has_second_factor=bool(user.totp_secret_sealed),
                last_sign_in_at=user.last_sign_in_at,
            )
            for user in User.objects.order_by("username")
        ]


def list_demo_accounts() -> list[DemoAccount]:
    with demo_listing_scope():
        users = list(
            User.objects.filter(is_demo=True, is_active=True)
            .select_related("lender")
            .order_by("lender_id", "pk")
        )
    return [
        DemoAccount(
            username=user.username,
            display_name=user.display_name,
            role=user.role,
            lender_name_zh=user.lender.name_zh,
            lender_name_en=user.lender.name_en,
            totp_secret_sealed=user.totp_secret_sealed,
            totp_last_step=user.totp_last_step,
        )
        for user in users
    ]
