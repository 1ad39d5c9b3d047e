"""Does the desk still say what the log says? Every row against its leaf, every fault by its row.

The tiles are checked by `forbear.evidence.auditing`; here the database is held against the log:
rows changed, added or taken away by whoever got past the triggers, sealed fields that are not the
ones committed, and a clock that was set back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from forbear.evidence.commitments import (
    CommitmentBroken,
    FieldsClosed,
    check_openings,
    open_openings,
)
from forbear.evidence.entries import Entry, EntryFaulty, decode_entry
from forbear.evidence.errors import ProofError
from forbear.evidence.growing import GrowingTree
from forbear.evidence.notes import open_checkpoint
from forbear.evidence.reading import TileReader
from forbear_server.selectors.evidence import opened_values
from forbear_server.selectors.permit_checks import DeskFault, wrong_permits
from forbear_server.store import log_rows
from forbear_server.store.evidence_persons import key_behind
from forbear_server.store.log_files import verifier_key

# A transaction may write its entry and end a little later than a shorter one that began after it.
CLOCK_TOLERANCE = timedelta(minutes=10)
_CHUNK = 2000


def check_desk(*, lender_id: int | None, issuer: str) -> tuple[int, list[DeskFault]]:
    """Every entry of a lender against the log: how many, and what is wrong.

    The lender's scope must be open, for None (entries of no lender) that of the house. An entry that
    was taken away is found by its leaf.
    """
    faults: list[DeskFault] = []
    known: set[UUID] = set()
    unknown_subjects: set[str] = set()
    for row in _entries(lender_id):
        known.add(UUID(str(row["uuid"])))
        place = f"evidence_entry {row['id']}"
        faults += [DeskFault(place, text) for text in _wrong(row, lender_id, unknown_subjects)]
    if lender_id is not None:
        faults += wrong_permits(lender_id)
        faults += _wrong_erasures(lender_id, unknown_subjects)
    for index, uuid, canonical in _leaves():
        if uuid not in known and _issuer(canonical) == issuer:
            faults.append(
                DeskFault(f"log_leaf {index}", f"the entry {uuid.hex} it stands for was taken away")
            )
    return len(known), faults


def check_log_rows(*, published: TileReader, size: int) -> tuple[int, list[DeskFault]]:
    """The log's own rows against the published tiles and the heads that were signed.

    How many leaves, and what is wrong: a gap, bytes that are no entry or another one than
    published, a clock that was set back, a head that does not fit the leaves below it.
    """
    faults: list[DeskFault] = []
    expected, latest = 0, None
    for index, uuid, canonical in _leaves():
        place = f"log_leaf {index}"
        if index != expected:
            faults.append(
                DeskFault(place, f"the place {expected} is missing: rows were taken away")
            )
        expected = index + 1
        faults += [
            DeskFault(place, t) for t in _wrong_leaf(index, uuid, canonical, published, size)
        ]
        moment = _logged_at(canonical)
        if latest is not None and moment is not None and moment < latest - CLOCK_TOLERANCE:
            told = f"logged at {moment.isoformat()}, an entry before it at {latest.isoformat()}"
            faults.append(DeskFault(place, f"the clock was set back: {told}"))
        latest = max(filter(None, (latest, moment)), default=None)
    if expected < size:
        faults.append(DeskFault(f"log_leaf {expected}", "rows to the published size are missing"))
    faults += _wrong_heads()
    return expected, faults


def _wrong_leaf(
    index: int, uuid: UUID, canonical: bytes, published: TileReader, size: int
) -> Iterator[str]:
    try:
        entry = decode_entry(canonical)
    except EntryFaulty as fault:
        yield str(fault)
        return
    if entry.entry_id != uuid.hex:
        yield f"its id {uuid.hex} is not its entry's"
    if index < size:
        try:
            if published.entry(index, size) != canonical:
                yield "its bytes are not those that were published"
        except ProofError as fault:
            yield str(fault)


def _wrong_heads() -> Iterator[DeskFault]:
    """Heads whose root or note does not fit the leaves, in the order they were signed."""
    tree = GrowingTree()
    for head in log_rows.heads_beyond(0):
        place = f"log_head {head.size}"
        entries = list(log_rows.entries_between(tree.size, head.size))
        if len(entries) != head.size - tree.size:
            yield DeskFault(place, "not all entries below it are there")
            return
        tree = tree.grown(entries).tree
        try:
            signed = open_checkpoint(head.note, [verifier_key()]).checkpoint
        except ProofError as fault:
            yield DeskFault(place, str(fault))
            continue
        if not (tree.root == head.root == signed.root and signed.size == head.size):
            yield DeskFault(place, "the entries below it do not lead to the root that was signed")


def _issuer(canonical: bytes) -> str:
    try:
        return decode_entry(canonical).issuer
    except EntryFaulty:
        return ""


def _logged_at(canonical: bytes) -> datetime | None:
    try:
        return decode_entry(canonical).logged_at
    except EntryFaulty:
        return None


def _wrong_erasures(lender_id: int, unknown_subjects: set[str]) -> Iterator[DeskFault]:
    """Keys and pseudonyms go only with an entry that says so: both are counted against it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(sum((body->>'subjects')::int), 0) FROM evidence_entry "
            "WHERE lender_id = %s AND name = 'person.erased'",
            [lender_id],
        )
        erasures, subjects = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FILTER (WHERE key_sealed = ''), "
            "count(*) FILTER (WHERE key_sealed = '' AND erased_at IS NULL) "
            "FROM evidence_person WHERE lender_id = %s",
            [lender_id],
        )
        keyless, unexplained = cursor.fetchone()
    if unexplained or keyless > erasures:
        yield DeskFault(
            "evidence_person", f"{keyless} keys are gone, but {erasures} entries say person.erased"
        )
    if len(unknown_subjects) > subjects:
        yield DeskFault(
            "evidence_subject",
            f"{len(unknown_subjects)} pseudonyms lead to nobody, but erasures account for {subjects}",
        )


def _wrong(row: dict[str, Any], lender_id: int | None, unknown_subjects: set[str]) -> Iterator[str]:
    if row["canonical"] is None:
        yield "it stands in no place of the log and in no queue: a row of the log was taken away"
        return
    try:
        entry = decode_entry(bytes(row["canonical"]))
    except EntryFaulty as fault:
        yield str(fault)
        return
    for name, stored, logged in _compared(row, entry):
        if stored != logged:
            yield f"{name} is {stored!r}, logged was {logged!r}"
    key = key_behind(lender_id=lender_id, event=str(row["name"]), pseudonym=str(row["subject"]))
    if key is None:  # erased: nobody can say any more what the fields were
        unknown_subjects.add(str(row["subject"]))
        return
    try:
        openings = open_openings(
            bytes(row["sealed"]), entry_id=UUID(str(row["uuid"])).hex, person_key=key
        )
        check_openings(entry, openings)
        actor = opened_values(openings).get("actor")
        if actor != row["username"]:
            yield f"actor_id is that of {row['username']!r}, logged was another"
    except (FieldsClosed, CommitmentBroken) as fault:
        yield str(fault)


def _compared(row: dict[str, Any], entry: Entry) -> Iterator[tuple[str, object, object]]:
    yield "uuid", UUID(str(row["uuid"])).hex, entry.entry_id
    yield "name", row["name"], entry.event
    yield "at", row["at"], entry.at
    yield "recorded_at", row["recorded_at"], entry.logged_at
    yield "about", row["about"], entry.about
    yield "subject", row["subject"], entry.subject
    body = row["body"]
    yield "body", json.loads(body) if isinstance(body, str) else body, dict(entry.open_fields)
    yield "lender", row["code"] or "", entry.issuer


def _entries(lender_id: int | None) -> Iterator[dict[str, Any]]:
    """A lender's entries with the bytes that the log has of them."""
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT e.id, e.uuid, e.name, e.at, e.recorded_at, e.about, e.subject, e.body, "
                "e.sealed, l.code, u.username, coalesce(f.canonical, q.canonical) AS canonical "
                "FROM evidence_entry e LEFT JOIN lender l ON l.id = e.lender_id "
                "LEFT JOIN staff_user u ON u.id = e.actor_id "
                "LEFT JOIN log_leaf f ON f.uuid = e.uuid LEFT JOIN log_queue q ON q.uuid = e.uuid "
                "WHERE e.lender_id IS NOT DISTINCT FROM %s AND e.id > %s ORDER BY e.id LIMIT %s",
                [lender_id, last, _CHUNK],
            )
            names = [column.name for column in cursor.description]
            rows = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
        if not rows:
            return
        yield from rows
        last = int(rows[-1]["id"])


def _leaves() -> Iterator[tuple[int, UUID, bytes]]:
    last = -1
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT leaf_index, uuid, canonical FROM log_leaf WHERE leaf_index > %s "
                "ORDER BY leaf_index LIMIT %s",
                [last, _CHUNK],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        yield from ((int(i), u, bytes(c)) for i, u, c in rows)
        last = int(rows[-1][0])
