"""An entry about a call, as every service of calls writes it."""

from __future__ import annotations

from datetime import datetime

from forbear_server.selectors.actors import Actor
from forbear_server.services.evidence import Recorded, append_evidence
from forbear_server.store.evidence_persons import borrower_person
from forbear_server.store.models import Call


def record_of_call(
    event: str,
    row: Call,
    now: datetime,
    *,
    actor: Actor | None = None,
    body: dict[str, object] | None = None,
) -> Recorded:
    """Write the entry, in the transaction of what it records."""
    return append_evidence(
        event,
        now=now,
        lender_id=row.lender_id,
        actor=actor,
        about=f"call:{row.uuid}",
        person=borrower_person(row.borrower.ref),
        body={"channel": "voice_interactive", **(body or {})},
        private={"permit": str(row.permit_id)},
    )
