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
    hanging: Mapping[str, pl.DataFrame] = field(default_factory=dict)  # keys, only for financial


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
    is_ordered: bool = False  # instalments come loan by loan, numbered 1, 2, 3

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


def is_in_order(instalments: pl.DataFrame) -> bool:
    """Whether the rows come loan by loan, numbered 1, 2, 3 with rising dates: the usual export.

    One pass over neighbours; it spares sorting and proves that no number comes twice.
    """
    same_loan = (pl.col("loan_id") == pl.col("loan_id").shift(1)).fill_null(False)
    follows = (pl.col("seq") == pl.col("seq").shift(1) + 1) & (
        pl.col("due_on") >= pl.col("due_on").shift(1)
    )
    is_right = pl.when(same_loan).then(follows).otherwise(pl.col("seq") == 1)
    judged = instalments.select(
        is_right.fill_null(False).all().alias("is_right"),
        (~same_loan).sum().alias("runs"),
        pl.col("loan_id").n_unique().alias("loans"),
    )
    return bool(judged["is_right"].item()) and judged["runs"].item() == judged["loans"].item()
