"""What every check looks at: the shaped tape, what the book holds already, and the parameters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import polars as pl

from forbear.intake.finding_log import ROW_ID, FindingLog
from forbear.intake.shapes.shaped import Shaped
from forbear.primitives.findings import Level

NO_LOANS = pl.DataFrame(
    schema={
        "loan_id": pl.String,
        "borrower_id": pl.String,
        "currency": pl.String,
        "disbursed_on": pl.Date,
    }
)


@dataclass(frozen=True, slots=True)
class KnownRows:
    """What the book holds of this lender, as far as a check needs it."""

    loans: pl.DataFrame = field(default_factory=lambda: NO_LOANS)
    borrowers: pl.Series = field(default_factory=lambda: pl.Series([], dtype=pl.String))
    payments: pl.Series = field(default_factory=lambda: pl.Series([], dtype=pl.String))
    attempts: pl.Series = field(default_factory=lambda: pl.Series([], dtype=pl.String))
    instalments: pl.DataFrame | None = None  # only for maintenance: loan_id and the schedule


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the lender or the law gives as a number; None means the check is not made."""

    products: frozenset[str] | None = None
    rate_cap_annual: Decimal | None = Decimal("0.24")


@dataclass(frozen=True, slots=True)
class Examined:
    """One tape under examination."""

    shaped: Shaped
    kind: str
    business_date: date
    known: KnownRows
    parameters: Parameters
    headings: Mapping[tuple[str, str], str]
    log: FindingLog

    def frame(self, table: str) -> pl.DataFrame | None:
        """A table of the tape, None when it brings none."""
        return self.shaped.tables.get(table)

    def heading(self, table: str, name: str) -> str:
        """The source column that filled a field: what the lender sees in the file."""
        return self.headings.get((table, name)) or self.headings.get(("row", name)) or name

    def flag(
        self,
        table: str,
        fault: pl.Expr,
        code: str,
        column: str,
        *,
        level: Level = Level.ERROR,
        value_class: str = "",
        drags: bool = True,
    ) -> None:
        """Log `code` at every row of `table` where `fault` is true (null is not)."""
        frame = self.frame(table)
        if frame is None:
            return
        ids = frame.filter(fault)[ROW_ID]
        heading = self.heading(table, column)
        self.log.rows(ids, code, heading, level=level, value_class=value_class, drags=drags)
