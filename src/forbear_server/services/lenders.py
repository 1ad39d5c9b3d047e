"""Register a lender on this installation."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from forbear_server.services.evidence import append_evidence
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import Lender


@transaction.atomic
def register_lender(
    *,
    code: str,
    name_zh: str,
    name_en: str,
    kind: str,
    now: datetime,
    currency: str = "CNY",
    time_zone: str = "Asia/Shanghai",
) -> int:
    """The id of the lender with this code, registered now if it was not; safe to repeat."""
    lender, is_new = Lender.objects.get_or_create(
        code=code,
        defaults={
            "name_zh": name_zh,
            "name_en": name_en,
            "kind": kind,
            "currency": currency,
            "time_zone": time_zone,
        },
    )
    if is_new:
        with lender_scope(lender.pk):
            append_evidence(
                "lender.registered", now=now, lender_id=lender.pk, subject=f"lender:{code}"
            )
    return int(lender.pk)
