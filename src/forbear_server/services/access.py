"""A page somebody asked for without the role for it: nothing happens, and that is on record."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from forbear_server.selectors.access import Screen
from forbear_server.selectors.actors import Actor
from forbear_server.services.evidence import append_evidence


@transaction.atomic
def record_access_refused(*, actor: Actor, screen: Screen, method: str, now: datetime) -> None:
    append_evidence(
        "access.refused",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        about=f"screen:{screen}",
        body={"role": str(actor.role), "method": method},
    )
