"""Many entries of one lender in a few statements: for programs that report in numbers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection
from django.db.backends.utils import CursorWrapper

from forbear.evidence.events import EVENTS
from forbear_server.store.evidence_persons import Keeper, PersonRef, keeper_of, known_keepers
from forbear_server.store.evidence_rows import ComposedEntry, Fact, compose_with


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
        _insert(cursor, made)
    return made


def _keepers(
    cursor: CursorWrapper, lender_id: int, facts: Iterable[Fact]
) -> dict[tuple[PersonRef | None, str], Keeper]:
    """Everybody's key and pseudonym: those that are known in one query a purpose."""
    wanted = {(fact.person, EVENTS[fact.name].purpose) for fact in facts}
    found: dict[tuple[PersonRef | None, str], Keeper] = {}
    for purpose in {purpose for _, purpose in wanted}:
        persons = [person for person, p in wanted if p == purpose and person is not None]
        known = known_keepers(cursor, lender_id, persons, purpose)
        found |= {(person, purpose): keeper for person, keeper in known.items()}
    for missing, purpose in wanted - set(found):
        found[missing, purpose] = keeper_of(
            cursor, lender_id=lender_id, person=missing, purpose=purpose
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


def _insert(cursor: CursorWrapper, made: Sequence[ComposedEntry]) -> None:
    numbers = [one.number for one in made]
    ids = [one.entry.entry_id for one in made]
    cursor.execute(
        "INSERT INTO evidence_entry (id, uuid, lender_id, at, recorded_at, actor_id, name, about, "
        "subject, body, sealed) OVERRIDING SYSTEM VALUE SELECT * FROM unnest(%s::bigint[], "
        "%s::uuid[], %s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::bigint[], %s::text[], "
        "%s::text[], %s::text[], %s::jsonb[], %s::bytea[])",
        [
            numbers,
            ids,
            [one.lender_id for one in made],
            [one.entry.at for one in made],
            [one.entry.logged_at for one in made],
            [one.actor_id for one in made],
            [one.entry.event for one in made],
            [one.entry.about for one in made],
            [one.entry.subject for one in made],
            [json.dumps(dict(one.entry.open_fields), ensure_ascii=False) for one in made],
            [one.sealed for one in made],
        ],
    )
    cursor.execute(
        "INSERT INTO log_queue (entry_id, uuid, canonical) "
        "SELECT * FROM unnest(%s::bigint[], %s::uuid[], %s::bytea[])",
        [numbers, ids, [one.canonical for one in made]],
    )
