"""What every shape returns, and the small moves they share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from forbear.intake.finding_log import ROW_ID
from forbear.portfolio.schema import PERSON, TAPE

PERSON_COLUMNS = tuple(name for name in PERSON if name not in ("lender", "borrower_id"))


@dataclass(frozen=True, slots=True)
class ShapeContext:
    """What a shape may need beside the rows."""

    lender: str
    kind: str
    business_date: date
    currency: str | None
    terms: Mapping[str, str] = field(default_factory=dict)
    headings: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def heading(self, name: str) -> str:
        """The source column that filled a field of the shape's own rows."""
        return self.headings.get(("row", name), name)


@dataclass(frozen=True, slots=True)
class Shaped:
    """The book's tables with `row_id`: which source row each of their rows comes from.

    `derived` names tables made from rows of another: the same borrower on many loan rows is no
    duplicate. `claims` holds the lender's own days past due and bucket by loan.
    """

    tables: Mapping[str, pl.DataFrame]
    derived: frozenset[str] = frozenset()
    claims: pl.DataFrame | None = None


def fitted(table: str, frame: pl.DataFrame, lender: str) -> pl.DataFrame:
    """The frame with exactly the table's columns (what is not there is null) and `row_id`."""
    columns = [pl.col(ROW_ID)]
    schema = dict(TAPE[table])
    if table == "borrowers":
        schema |= {name: PERSON[name] for name in PERSON_COLUMNS}
    for name, kind in schema.items():
        if name == "lender":
            columns.append(pl.lit(lender).alias("lender"))
        elif name in frame.columns:
            columns.append(pl.col(name).cast(kind, strict=False))
        else:
            columns.append(pl.lit(None, dtype=kind).alias(name))
    return frame.select(columns)
