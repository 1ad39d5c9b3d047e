"""What the sign-in page shows: in a demonstration also its accounts and their current codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language

from forbear_server.console.wording import role_name
from forbear_server.selectors.actors import Role
from forbear_server.selectors.users import list_demo_accounts
from forbear_server.services.second_factor import next_code
from forbear_server.services.sign_in import TOTP_FIELD
from forbear_server.services.users import DEMO_PASSWORD
from forbear_server.store.sealing import unseal
from forbear_server.ui.clock import wall_now


@dataclass(frozen=True, slots=True)
class DemoLine:
    username: str
    display_name: str
    role: str
    lender: str
    code: str


def sign_in_context(*, next_address: str = "", username: str = "") -> dict[str, Any]:
    return {
        "next_address": safe_address(next_address),
        "username": username,
        "demo_accounts": _demo_lines() if settings.DEMO else [],
        "demo_password": DEMO_PASSWORD,
    }


def safe_address(address: str) -> str:
    """Only a page of our own console may follow a sign-in."""
    is_ours = address.startswith("/console/") and not address.startswith("/console/sign-")
    if is_ours and url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return address
    return "/console/"


def _demo_lines() -> list[DemoLine]:
    is_english = get_language() == "en"
    return [
        DemoLine(
            username=account.username,
            display_name=account.display_name,
            role=role_name(Role(account.role)),
            lender=account.lender_name_en if is_english else account.lender_name_zh,
            code=next_code(
                unseal(account.totp_secret_sealed, field=TOTP_FIELD, row=account.username),
                now=wall_now(),
                last_step=account.totp_last_step,
            ),
        )
        for account in list_demo_accounts()
        if account.totp_secret_sealed
    ]
