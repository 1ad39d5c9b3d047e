"""The shape `tables`: the files are the book's own tables, column by column."""

import polars as pl

from forbear.intake.fields import CLAIMS, TABLES
from forbear.intake.finding_log import ROW_ID, FindingLog
from forbear.intake.mappings import TABLE_FIELDS
from forbear.intake.shapes.shaped import ShapeContext, Shaped, fitted
from forbear.intake.typed_rows import TypedRows

FIELDS = TABLE_FIELDS
DEFAULTS = {
    ("loans", "method"): "given",
    ("loans", "day_count"): "actual/360",
    ("payments", "kind"): "payment",
    ("contact_attempts", "actor"): "in_house",
}


def shape(rows: TypedRows, log: FindingLog, context: ShapeContext) -> Shaped:
    """The tables as they stand; words a tape need not say take their documented default."""
    tables = {}
    for table in TABLES:
        if table in rows:
            tables[table] = _with_defaults(
                table, fitted(table, rows[table], context.lender), context
            )
    return Shaped(tables=tables, claims=_claims(rows.get("loans")))


def _with_defaults(table: str, frame: pl.DataFrame, context: ShapeContext) -> pl.DataFrame:
    if context.kind in ("maintenance", "recall"):
        return frame  # what such a tape does not say stays as it is in the book
    fills = [pl.col(name).fill_null(word) for (of, name), word in DEFAULTS.items() if of == table]
    if table == "loans" and context.currency:
        fills.append(pl.col("currency").fill_null(context.currency))
    if table == "instalments":
        names = ("interest_minor", "fees_minor", "penalty_minor")
        fills += [pl.col(name).fill_null(0) for name in names]
    return frame.with_columns(fills)


def _claims(loans: pl.DataFrame | None) -> pl.DataFrame | None:
    if loans is None:
        return None
    names = [name for name in CLAIMS if name in loans.columns]
    return loans.select(ROW_ID, "loan_id", *names) if names else None
