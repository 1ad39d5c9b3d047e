"""Many entries of one lender in a few statements: for programs that report in numbers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg import Cursor

from forbear.evidence.events import EVENTS
from forbear_server.store.evidence_persons import (
    Keeper,
    PersonRef,
    keeper_of,
    known_keepers,
    make_keepers,
)
from forbear_server.store.evidence_rows import ComposedEntry, Fact, compose_with

_ENTRIES = (
    "INSERT INTO evidence_entry (id, uuid, lender_id, at, recorded_at, actor_id, name, about, "
    "subject, body, sealed) OVERRIDING SYSTEM VALUE SELECT id, uuid, lender_id, at, recorded_at, "
    "actor_id, name, about, subject, body::jsonb, sealed FROM unnest(%b::bigint[], %b::uuid[], "
    "%b::bigint[], %b::timestamptz[], %b::timestamptz[], %b::bigint[], %b::text[], %b::text[], "
    "%b::text[], %b::text[], %b::bytea[]) AS w (id, uuid, lender_id, at, recorded_at, actor_id, "
    "name, about, subject, body, sealed)"
)
_QUEUE = (
    "INSERT INTO log_queue (entry_id, uuid, canonical) "
    "SELECT * FROM unnest(%b::bigint[], %b::uuid[], %b::bytea[])"
)


def append_many(facts: Sequence[Fact], *, lender_id: int) -> list[ComposedEntry]:
    """Compose, write and queue entries of one lender, in their order, in the open transaction."""
    if not facts:
        return []
    with connection.cursor() as cursor:
        numbers, moment = _numbers_and_moment(cursor, len(facts))
        keepers = _keepers(cursor, lender_id, facts)
        made = [
            compose_with(
                keepers[fact.person, EVENTS[fact.name].purpose],
                fact,
                EVENTS[fact.name],
                number,
                moment,
            )
            for fact, number in zip(facts, numbers, strict=True)
        ]
        _insert(made)
    return made


def _keepers(
    cursor: CursorWrapper, lender_id: int, facts: Iterable[Fact]
) -> dict[tuple[PersonRef | None, str], Keeper]:
    """Everybody's key and pseudonym: those that are known in one query a purpose."""
    wanted = {(fact.person, EVENTS[fact.name].purpose) for fact in facts}
    found: dict[tuple[PersonRef | None, str], Keeper] = {}
    for purpose in {purpose for _, purpose in wanted}:
        persons = {person for person, p in wanted if p == purpose and person is not None}
        known = known_keepers(cursor, lender_id, persons, purpose)
        if missing := persons - set(known):
            make_keepers(cursor, lender_id, missing, purpose)
            known |= known_keepers(cursor, lender_id, missing, purpose)
        found |= {(person, purpose): keeper for person, keeper in known.items()}
    for nobody, purpose in wanted - set(found):
        found[nobody, purpose] = keeper_of(
            cursor, lender_id=lender_id, person=nobody, purpose=purpose
        )
    return found


def _numbers_and_moment(cursor: CursorWrapper, count: int) -> tuple[list[int], datetime]:
    cursor.execute(
        "SELECT array_agg(nextval(pg_get_serial_sequence('evidence_entry', 'id'))), "
        "clock_timestamp() FROM generate_series(1, %s)",
        [count],
    )
    numbers, moment = cursor.fetchone()
    return sorted(int(number) for number in numbers), moment


def _insert(made: Sequence[ComposedEntry]) -> None:
    """Two statements with whole columns as binary parameters, which nothing has to quote."""
    columns = [
        [one.number for one in made],
        [UUID(one.entry.entry_id) for one in made],
        [one.lender_id for one in made],
        [one.entry.at for one in made],
        [one.entry.logged_at for one in made],
        [one.actor_id for one in made],
        [one.entry.event for one in made],
        [one.entry.about for one in made],
        [one.entry.subject for one in made],
        [json.dumps(dict(one.entry.open_fields), ensure_ascii=False) for one in made],
        [one.sealed for one in made],
    ]
    with connection.wrap_database_errors, Cursor(connection.connection) as raw:
        raw.execute(_ENTRIES, columns)
        raw.execute(_QUEUE, [*columns[:2], [one.canonical for one in made]])
