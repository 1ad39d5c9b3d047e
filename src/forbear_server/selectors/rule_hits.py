"""How often a rule stood against a contact lately: lines of the worklist and requests for a permit.

Counts of the lender only, never who it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from forbear_server.store.models import PermitRequest, WorklistItem

HIT_DAYS = 30


@dataclass(frozen=True, slots=True)
class RuleHits:
    """Over the last `days` days up to the moment asked about."""

    days: int
    worklist_lines: int
    permit_requests: int


def rule_hits(rule_id: str, *, now: datetime) -> RuleHits:
    """What this rule refused or sent to review, alone or among others."""
    since = now - timedelta(days=HIT_DAYS)
    names_it = [{"rule_id": rule_id}]
    return RuleHits(
        HIT_DAYS,
        WorklistItem.objects.filter(
            business_date__gt=since.date(),
            business_date__lte=now.date(),
            verdict_reasons__contains=names_it,
        ).count(),
        PermitRequest.objects.filter(
            asked_at__gt=since, asked_at__lte=now, grounds__contains=names_it
        ).count(),
    )
