"""Which tokens a lender has given to programs; never their text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import ApiToken


@dataclass(frozen=True, slots=True)
class TokenRow:
    name: str
    user: str
    role: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


def list_tokens(lender_id: int) -> list[TokenRow]:
    """All tokens of a lender, the newest first."""
    with lender_scope(lender_id):
        rows = ApiToken.objects.select_related("user").order_by("-created_at")
        return [
            TokenRow(
                row.name,
                row.user.username,
                row.user.role,
                row.created_at,
                row.expires_at,
                row.revoked_at,
            )
            for row in rows
        ]
