"""The shape `card_panel`: one row an account and month with its delinquency state.

Amounts, due dates and borrowers are not told, so each account is a loan of ids only
(docs/reference/tapes/card-panel.md).
"""

import polars as pl

from forbear.delinquency.buckets import status_scheme
from forbear.intake.fields import Field, Kind
from forbear.intake.finding_log import ROW_ID, FindingLog
from forbear.intake.shapes.shaped import ShapeContext, Shaped, fitted
from forbear.intake.typed_rows import TypedRows

SCHEME = "card-panel"
FIELDS = {
    "row": {
        "loan_id": Field(Kind.TEXT, required=True),
        "month": Field(Kind.WHOLE, required=True),
        "status": Field(Kind.TEXT, required=True, allowed=status_scheme(SCHEME).states),
    }
}


def shape(rows: TypedRows, log: FindingLog, context: ShapeContext) -> Shaped:
    """States by month, and one loan and borrower of the same id for each account."""
    months = rows["row"]
    ids = months.select(ROW_ID, "loan_id").drop_nulls().unique("loan_id", keep="first")
    ids = ids.sort(ROW_ID).with_columns(
        pl.col("loan_id").alias("borrower_id"),
        method=pl.lit("given"),
        day_count=pl.lit("actual/365"),
    )
    tables = {"borrowers": ids, "loans": ids, "monthly_status": months}
    return Shaped(
        tables={name: fitted(name, frame, context.lender) for name, frame in tables.items()},
        derived=frozenset({"borrowers"}),
    )
