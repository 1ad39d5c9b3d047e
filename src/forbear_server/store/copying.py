"""Many rows at once. PostgreSQL refuses COPY into a table with row-level security, so the rows are
copied into a temporary table and inserted from there, where the policy checks every one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from psycopg import sql


def copy_rows(
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    on_conflict: str = "",
    using: str = DEFAULT_DB_ALIAS,
) -> int:
    """Insert `rows` into `table` inside the caller's lender scope; how many arrived.

    `on_conflict` is SQL after ON CONFLICT, for instance "(lender_id, ref) DO NOTHING".
    """
    target = sql.Identifier(table)
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    staging = sql.Identifier(f"staging_{table}")
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} LIMIT 0").format(
                staging, names, target
            )
        )
        with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(staging, names)) as copy:
            for row in rows:
                copy.write_row(row)
        conflict = sql.SQL(f"ON CONFLICT {on_conflict}" if on_conflict else "")
        cursor.execute(
            sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} {}").format(
                target, names, names, staging, conflict
            )
        )
        inserted = int(cursor.rowcount)
        cursor.execute(sql.SQL("DROP TABLE {}").format(staging))
        return inserted
