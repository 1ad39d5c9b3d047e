"""The shape `superlender`: loans of one row each, with their first due date and closing date.

What each row says, and how it is read (docs/reference/tapes/superlender.md): 15 and 30 days are
one instalment of `total_due` paid on the closing day; 60 and 90 days are term/30 equal
instalments 30 days apart, the remainder in the last, the first paid on the first repayment day
and the others on the closing day.
"""

import polars as pl

from forbear.intake.fields import Field, Kind, fields_of
from forbear.intake.finding_log import ROW_ID, FindingLog
from forbear.intake.shapes.shaped import ShapeContext, Shaped, fitted
from forbear.intake.typed_rows import TypedRows

FIELDS = {
    "row": {
        "loan_id": Field(Kind.TEXT, required=True),
        "borrower_id": Field(Kind.TEXT, required=True),
        "disbursed_on": Field(Kind.DAY, required=True),
        "principal_minor": Field(Kind.AMOUNT, required=True),
        "total_due_minor": Field(Kind.AMOUNT, required=True),
        "term_days": Field(Kind.WHOLE, required=True, allowed=()),
        "first_due_on": Field(Kind.DAY, required=True),
        "first_paid_on": Field(Kind.DAY, required=True),
        "closed_on": Field(Kind.DAY, required=True),
    },
    "borrowers": fields_of("borrowers"),
}
TERMS = (15, 30, 60, 90)
INSTALMENT_DAYS = 30
ZONE = "Africa/Lagos"


def shape(rows: TypedRows, log: FindingLog, context: ShapeContext) -> Shaped:
    """Borrowers, loans, instalments and payments that follow from the rows."""
    loans = rows["row"]
    known = loans["term_days"].is_in(TERMS) | loans["term_days"].is_null()
    heading = context.heading("term_days")
    log.rows(loans.filter(~known)[ROW_ID], "unknown_enumeration", heading, value_class="number")
    loans = loans.with_columns(pl.lit(context.currency).alias("currency"), method=pl.lit("given"))
    parts = _instalments(loans)
    borrowers = [loans.select(ROW_ID, "borrower_id")]
    if "borrowers" in rows:
        borrowers.append(rows["borrowers"].select(ROW_ID, "borrower_id"))
    people = pl.concat(borrowers).with_columns(time_zone=pl.lit(ZONE))
    tables = {
        "borrowers": people,
        "loans": loans.with_columns(day_count=pl.lit("actual/365")),
        "instalments": parts,
        "payments": _payments(parts),
    }
    shaped = {name: fitted(name, frame, context.lender) for name, frame in tables.items()}
    return Shaped(tables=shaped, derived=frozenset({"borrowers", "instalments", "payments"}))


def _instalments(loans: pl.DataFrame) -> pl.DataFrame:
    """One row an instalment: total and principal in equal shares, remainders in the last."""
    count = pl.max_horizontal(pl.col("term_days") // INSTALMENT_DAYS, pl.lit(1)).fill_null(1)
    parts = loans.with_columns(count.alias("count")).with_columns(
        pl.int_ranges(1, pl.col("count") + 1, dtype=pl.Int32).alias("seq")
    )
    parts = parts.explode("seq")
    is_last = pl.col("seq") == pl.col("count")

    def share(total: str) -> pl.Expr:
        even = pl.col(total) // pl.col("count")
        return pl.when(is_last).then(pl.col(total) - even * (pl.col("count") - 1)).otherwise(even)

    day = pl.col("first_due_on") + pl.duration(days=(pl.col("seq") - 1) * INSTALMENT_DAYS)
    return parts.with_columns(
        day.alias("due_on"),
        share("total_due_minor").alias("share_minor"),
        share("principal_minor").alias("principal_minor"),
        fees_minor=pl.lit(0),
        penalty_minor=pl.lit(0),
    ).with_columns(interest_minor=pl.col("share_minor") - pl.col("principal_minor"))


def _payments(parts: pl.DataFrame) -> pl.DataFrame:
    """One payment an instalment: the data set tells the first and the last day money came."""
    is_first_of_many = (pl.col("seq") == 1) & (pl.col("count") > 1)
    return parts.with_columns(
        pl.when(is_first_of_many)
        .then(pl.col("first_paid_on"))
        .otherwise(pl.col("closed_on"))
        .alias("effective_on"),
        payment_id=pl.format("{}-{}", "loan_id", "seq"),
        amount_minor=pl.col("share_minor"),
        kind=pl.lit("payment"),
    )
