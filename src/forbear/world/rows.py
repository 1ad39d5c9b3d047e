"""Rows of a tape before they are written: one dictionary a row, one list a table."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from forbear.portfolio.schema import PERSON, TAPE

Cell = str | int | date | Decimal | None
Row = Mapping[str, Cell]
Tables = dict[str, list[Row]]


def no_tables() -> Tables:
    """An empty list for each table of a full-schema tape."""
    return {table: [] for table in TAPE if table != "monthly_status"}


def columns_of(table: str) -> list[str]:
    """The columns a tape of the full schema has for a table, in order."""
    names = [name for name in TAPE[table] if name != "lender"]
    if table == "borrowers":
        names += [name for name in PERSON if name not in ("lender", "borrower_id")]
    return names
