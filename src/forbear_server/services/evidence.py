"""Append one entry to the evidence, in the transaction of whatever it records."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from forbear_server.selectors.actors import Actor
from forbear_server.store.evidence_rows import EvidenceRow, Json, insert_evidence


class EvidenceOutsideTransaction(RuntimeError):
    """Evidence must stand or fall with what it records."""


def append_evidence(
    name: str,
    *,
    now: datetime,
    lender_id: int | None,
    actor: Actor | None = None,
    subject: str = "",
    address: str = "",
    body: Json | None = None,
) -> int:
    """Record an event (past tense, ids only, no personal data); its short number comes back."""
    if not connection.in_atomic_block:
        raise EvidenceOutsideTransaction(
            f"{name} was recorded outside a transaction: open one around the change and its entry."
        )
    return insert_evidence(
        EvidenceRow(
            lender_id=lender_id,
            at=now,
            actor_id=actor.user_id if actor else None,
            name=name,
            subject=subject,
            address=address or (actor.address if actor else ""),
            body=body or {},
        )
    )
