"""Somebody looked at a report: which, and when."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from forbear_server.selectors.actors import Actor
from forbear_server.services.evidence import append_evidence


@transaction.atomic
def record_report_viewed(*, actor: Actor, report: str, now: datetime) -> None:
    append_evidence(
        "report.viewed",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        about=f"report:{report}",
    )
