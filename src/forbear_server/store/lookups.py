"""`among`: one of many values, given as one array.

Django's own `in` writes a placeholder for each value and prepares each by itself; for batches of
hundreds of keys that costs more than the query.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, ForeignObject, Lookup
from django.db.models.sql.compiler import SQLCompiler


@ForeignObject.register_lookup
@Field.register_lookup
class Among(Lookup):
    """`filter(pk__among=ids)` is `WHERE "uuid" = ANY(ids)`; nothing is among no values."""

    lookup_name = "among"
    prepare_rhs = False

    def __init__(self, lhs: Any, rhs: Iterable[object]) -> None:
        super().__init__(lhs, list(rhs))

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        field, params = self.process_lhs(compiler, connection)
        held = self.lhs.output_field
        # Without its length: a cast to varchar(64) would cut what is longer, and find it.
        kind = getattr(held, "target_field", held).rel_db_type(connection).partition("(")[0]
        return f"{field} = ANY(%s::{kind}[])", (*params, self.rhs)
