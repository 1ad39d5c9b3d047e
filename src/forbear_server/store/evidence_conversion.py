"""The rows of evidence from before the log: each becomes an entry, in the order it was written.

Runs once, inside the migration. What stood in the open (a borrower's id, a user's name, an
address, the facts of a permit) is committed and sealed; open fields keep what their event allows.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.backends.utils import CursorWrapper

from forbear.evidence.events import EVENTS, Event
from forbear_server.store.evidence_persons import PersonRef, borrower_person, staff_person
from forbear_server.store.evidence_rows import Fact, compose_as

# Names as they were before the log; what was written keeps its name.
_NOW_CALLED = {
    "permit.issued": "contact.permitted",
    "permit.refused": "contact.refused",
    "permit.review_needed": "contact.review_needed",
    "user.added": "user.created",
}
_ANY = Event("lender")


class _EarlierRow(NamedTuple):
    number: int
    lender_id: int | None
    at: datetime
    recorded_at: datetime
    actor_id: int | None
    name: str
    subject: str
    address: str
    body: Mapping[str, Any]
    actor: str | None


def convert_earlier_rows(cursor: CursorWrapper) -> int:
    """Give every row without an id its place in the queue; how many there were."""
    cursor.execute(
        "SELECT e.id, e.lender_id, e.at, e.recorded_at, e.actor_id, e.name, e.about, e.address, "
        "e.body, u.username FROM evidence_entry e LEFT JOIN staff_user u ON u.id = e.actor_id "
        "WHERE e.uuid IS NULL ORDER BY e.id"
    )
    rows = [_EarlierRow._make((*row[:8], _object(row[8]), row[9])) for row in cursor.fetchall()]
    for row in rows:
        _convert(cursor, row)
    return len(rows)


def _convert(cursor: CursorWrapper, row: _EarlierRow) -> None:
    about, person, private = _split(cursor, row)
    private |= {"actor": row.actor} if row.actor else {}
    private |= {"address": row.address} if row.address else {}
    made = compose_as(
        cursor,
        Fact(
            name=row.name,
            at=row.at,
            lender_id=row.lender_id,
            actor_id=row.actor_id,
            about=about,
            person=person,
            body=row.body,
            private=private,
        ),
        EVENTS.get(_NOW_CALLED.get(row.name, row.name), _ANY),
        row.number,
        row.recorded_at,
    )
    entry = made.entry
    cursor.execute(
        "UPDATE evidence_entry SET uuid = %s, about = %s, subject = %s, body = %s::jsonb, "
        "sealed = %s, address = '' WHERE id = %s",
        [
            uuid.UUID(entry.entry_id),
            entry.about,
            entry.subject,
            json.dumps(dict(entry.open_fields), ensure_ascii=False),
            made.sealed,
            made.number,
        ],
    )
    cursor.execute(
        "INSERT INTO log_queue (entry_id, uuid, canonical) VALUES (%s, %s, %s)",
        [made.number, uuid.UUID(entry.entry_id), made.canonical],
    )


def _split(
    cursor: CursorWrapper, row: _EarlierRow
) -> tuple[str, PersonRef | None, dict[str, object]]:
    """What the row was about: a thing that may stand in the open, or a person and private ids."""
    kind, _, ref = row.subject.partition(":")
    if kind == "user":
        return "", staff_person(ref), {}
    if kind == "borrower":
        return "", borrower_person(ref), {}
    if kind == "token":
        return "", None, {"name": ref}
    if kind == "loan":
        owner = _one(
            cursor,
            "SELECT b.ref FROM loan l JOIN borrower b ON b.id = l.borrower_id "
            "WHERE l.lender_id = %s AND l.ref = %s",
            [row.lender_id, ref],
        )
        return "", borrower_person(owner[0]) if owner else None, {"loan": ref}
    if kind == "worklist_item":
        owner = _one(
            cursor,
            "SELECT b.ref FROM worklist_item w JOIN borrower b ON b.id = w.borrower_id "
            "WHERE w.id = %s",
            [int(ref)],
        )
        return "", borrower_person(owner[0]) if owner else None, {"item": ref}
    if kind == "permit":
        known = _one(
            cursor,
            "SELECT b.ref, p.facts FROM permit_request p JOIN borrower b ON b.id = p.borrower_id "
            "WHERE p.uuid = %s",
            [ref],
        )
        if known is None:
            return row.subject, None, {}
        facts = _object(known[1])
        is_judged = row.name not in {"permit.used", "permit.lapsed"}
        return row.subject, borrower_person(known[0]), {"facts": facts} if is_judged else {}
    return row.subject, None, {}


def _one(
    cursor: CursorWrapper, query: str, values: Sequence[str | int | None]
) -> tuple[Any, ...] | None:
    cursor.execute(query, values)
    found: tuple[Any, ...] | None = cursor.fetchone()
    return found


def _object(value: object) -> dict[str, Any]:
    """A JSON column as a cursor gives it: parsed or text."""
    read = json.loads(value) if isinstance(value, str) else value
    return dict(read) if isinstance(read, Mapping) else {}
