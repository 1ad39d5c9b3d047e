"""The log's rows: take what waits, give it its places, keep each head that was signed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from psycopg import Cursor

from forbear.evidence.entries import decode_entry

_SEQUENCER = (2, 0)
_HEADS = "SELECT size, root, note FROM log_head "
_NEWEST = _HEADS + "ORDER BY size DESC LIMIT 1"
_BEYOND = _HEADS + "WHERE size > %s ORDER BY size"
_OF_SIZE = _HEADS + "WHERE size = %s"


class Waiting(NamedTuple):
    entry_id: int
    uuid: UUID
    canonical: bytes


class Head(NamedTuple):
    size: int
    root: bytes
    note: str


@contextmanager
def sequencer_lock() -> Iterator[bool]:
    """Whether this connection is the one sequencer; a killed one lets go by dying."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", _SEQUENCER)
        is_ours = bool(cursor.fetchone()[0])
    if is_ours:
        connection.close_at = None  # the lock lives as long as this connection does
    try:
        yield is_ours
    finally:
        if is_ours and connection.connection is not None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", _SEQUENCER)


def take_waiting(most: int) -> list[Waiting]:
    """The oldest entries of the queue, taken out of it by this transaction."""
    with connection.wrap_database_errors, Cursor(connection.connection) as raw:
        raw.execute(
            "DELETE FROM log_queue WHERE entry_id IN "
            "(SELECT entry_id FROM log_queue ORDER BY entry_id LIMIT %s) "
            "RETURNING entry_id, uuid, canonical",
            [most],
            binary=True,
        )
        rows = [Waiting(int(n), u, bytes(c)) for n, u, c in raw.fetchall()]
    return sorted(rows)


def count_waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM log_queue")
        return int(cursor.fetchone()[0])


def places_of(entry_ids: Collection[UUID]) -> dict[UUID, int]:
    """Where these entries stand; one that waits is left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT uuid, leaf_index FROM log_leaf WHERE uuid = ANY(%s)", [list(entry_ids)]
        )
        return {entry_id: int(index) for entry_id, index in cursor.fetchall()}


def place_entries(first_index: int, taken: Sequence[Waiting]) -> None:
    """Their places in the log, for ever."""
    with connection.wrap_database_errors, Cursor(connection.connection) as raw:
        raw.execute(
            "INSERT INTO log_leaf (leaf_index, uuid, canonical) "
            "SELECT * FROM unnest(%b::bigint[], %b::uuid[], %b::bytea[])",
            [
                list(range(first_index, first_index + len(taken))),
                [one.uuid for one in taken],
                [one.canonical for one in taken],
            ],
        )


def keep_head(head: Head, *, now: datetime) -> None:
    """A signed head, before anybody else sees it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO log_head (size, root, note, signed_at) VALUES (%s, %s, %s, %s)",
            [head.size, head.root, head.note, now],
        )


def newest_head() -> Head | None:
    return next(_heads(_NEWEST, []), None)


def heads_beyond(size: int) -> list[Head]:
    return list(_heads(_BEYOND, [size]))


def head_of(size: int) -> Head | None:
    return next(_heads(_OF_SIZE, [size]), None)


def entries_between(start: int, end: int, *, chunk: int = 4096) -> Iterator[bytes]:
    """The bytes of the leaves [start, end), in their order; fewer if the table has fewer."""
    for first in range(start, end, chunk):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT canonical FROM log_leaf WHERE leaf_index >= %s AND leaf_index < %s "
                "ORDER BY leaf_index",
                [first, min(end, first + chunk)],
            )
            rows = cursor.fetchall()
        yield from (bytes(row[0]) for row in rows)


def longest_wait() -> timedelta:
    """How long the oldest entry of the queue has waited, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT canonical, clock_timestamp() FROM log_queue ORDER BY entry_id LIMIT 1"
        )
        row = cursor.fetchone()
    if row is None:
        return timedelta(0)
    waited: timedelta = row[1] - decode_entry(bytes(row[0])).logged_at
    return waited


def trouble() -> str:
    """Why the log cannot be written; empty while all is well."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT trouble FROM log_state WHERE id = 1")
        row = cursor.fetchone()
    return "" if row is None else str(row[0])


def set_trouble(text: str, *, origin: str, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO log_state (id, origin, trouble, changed_at) "
            "VALUES (1, %s, %s, %s) ON CONFLICT (id) DO UPDATE SET trouble = EXCLUDED.trouble, "
            "changed_at = EXCLUDED.changed_at WHERE log_state.trouble <> EXCLUDED.trouble",
            [origin, text[:2000], now],
        )


def _heads(query: str, values: list[int]) -> Iterator[Head]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        rows = cursor.fetchall()
    yield from (Head(int(size), bytes(root), str(note)) for size, root, note in rows)
