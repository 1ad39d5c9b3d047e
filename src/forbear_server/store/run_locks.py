"""One worker at a time on one lender's book: an advisory lock that dies with its connection.

A killed worker lets go by dying, so "is somebody working on it" is never a stale flag.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_NIGHTLY = 1


def try_hold(lender_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_NIGHTLY, lender_id])
        return bool(cursor.fetchone()[0])


def let_go(lender_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_NIGHTLY, lender_id])


@contextmanager
def held_if_free(lender_id: int) -> Iterator[bool]:
    """Whether the lock is ours for the block; enter it before the transaction that it guards."""
    is_ours = try_hold(lender_id)
    try:
        yield is_ours
    finally:
        if is_ours:
            let_go(lender_id)


def is_held(lender_id: int) -> bool:
    """Whether some connection of this database holds the lender's lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
            "AND classid = %s AND objid = %s AND objsubid = 2)",
            [_NIGHTLY, lender_id],
        )
        return bool(cursor.fetchone()[0])
