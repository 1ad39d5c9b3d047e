"""One worker at a time on one lender's day: an advisory lock that dies with its connection.

A killed worker lets go by dying, so "is somebody working on it" is never a stale flag.
"""

from __future__ import annotations

from datetime import date

from django.db import connection


def try_hold(lender_id: int, business_date: date) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_lock(%s, %s)", [lender_id, business_date.toordinal()]
        )
        return bool(cursor.fetchone()[0])


def let_go(lender_id: int, business_date: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [lender_id, business_date.toordinal()])


def is_held(lender_id: int, business_date: date) -> bool:
    """Whether some connection of this database works on that day."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
            "AND classid = %s AND objid = %s AND objsubid = 2)",
            [lender_id, business_date.toordinal()],
        )
        return bool(cursor.fetchone()[0])
