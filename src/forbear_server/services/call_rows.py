"""A call's row and the entry about it, as every service of calls takes and writes them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection

from forbear.contact.calls import CallRefused, VoiceKind
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


def own_spoken_call(actor: Actor, call_id: UUID) -> Call:
    """The call this collector speaks in, locked. Raises `CallRefused`: not theirs, or not spoken.

    Where an AI's or a recorded voice speaks, nobody of ours hears who is on the line.
    """
    row = (
        Call.objects.select_for_update(of=("self",))
        .select_related("borrower")
        .filter(pk=call_id, collector_id=actor.user_id)
        .first()
    )
    if row is None:
        raise CallRefused("There is no such call of yours.", reason="not_yours")
    if row.voice != VoiceKind.PERSON:
        raise CallRefused(
            "A voice that is no person's speaks in this call: you hear nobody, so nothing can be "
            "said about who is on the line. It closes itself.",
            reason="not_on_line",
        )
    return row
