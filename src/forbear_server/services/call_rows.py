"""An entry about a call, as every service of calls writes it."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from forbear_server.selectors.actors import Actor
from forbear_server.services.evidence import Recorded, append_evidence
from forbear_server.store.evidence_persons import borrower_person
from forbear_server.store.models import Call

NOTIFY = "forbear_calls"


def wake_telephones() -> None:
    """Tell whoever holds the telephone system that there is something to do, once this is kept."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [NOTIFY])


def record_of_call(
    event: str,
    row: Call,
    now: datetime,
    *,
    actor: Actor | None = None,
    body: dict[str, object] | None = None,
    private: dict[str, object] | None = None,
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
        private={"permit": str(row.permit_id), **(private or {})},
    )
