"""The shape `xente`: one row a pay-back, from which loans and instalments are put together.

What is due is the sum of a loan's pay-backs on its due date (docs/reference/tapes/xente.md):
the data set lists money that came, so a loan never paid at all is not in it. Declined
transactions and the same pay-back listed again are notes, not loans.
"""

import polars as pl

from forbear.intake.fields import Field, Kind
from forbear.intake.finding_log import ROW_ID, FindingLog
from forbear.intake.shapes.shaped import ShapeContext, Shaped, fitted
from forbear.intake.typed_rows import TypedRows
from forbear.primitives.findings import Level

DECLINED = 0
ZONE = "Africa/Kampala"
FIELDS = {
    "row": {
        "borrower_id": Field(Kind.TEXT, required=True),
        "status": Field(Kind.WHOLE, required=True),
        "loan_id": Field(Kind.TEXT, required=True),
        "payback_id": Field(Kind.TEXT, required=True),
        "product": Field(Kind.TEXT),
        "currency": Field(Kind.TEXT, required=True),
        "purchase_minor": Field(Kind.AMOUNT, required=True),
        "amount_minor": Field(Kind.AMOUNT, required=True),
        "disbursed_on": Field(Kind.DAY, required=True),
        "due_on": Field(Kind.DAY, required=True),
        "paid_on": Field(Kind.DAY, required=True),
    }
}


def shape(rows: TypedRows, log: FindingLog, context: ShapeContext) -> Shaped:
    """Borrowers, loans, one instalment a loan and due date, and the pay-backs as payments."""
    paybacks = _without_notes(rows["row"], log)
    instalments = _instalments(paybacks)
    tables = {
        "borrowers": paybacks.with_columns(time_zone=pl.lit(ZONE)),
        "loans": _loans(paybacks),
        "instalments": instalments,
        "payments": paybacks.with_columns(
            pl.col("payback_id").alias("payment_id"),
            pl.col("paid_on").alias("effective_on"),
            kind=pl.lit("payment"),
        ),
    }
    return Shaped(
        tables={name: fitted(name, frame, context.lender) for name, frame in tables.items()},
        derived=frozenset({"borrowers", "loans", "instalments"}),
    )


def _without_notes(rows: pl.DataFrame, log: FindingLog) -> pl.DataFrame:
    is_declined = pl.col("status") == DECLINED
    log.rows(rows.filter(is_declined)[ROW_ID], "declined", None, level=Level.NOTE)
    taken = rows.filter(~is_declined)
    content = ("loan_id", "payback_id", "amount_minor", "paid_on", "due_on")
    is_first = pl.struct(content).is_first_distinct() | pl.col("payback_id").is_null()
    again = taken.filter(~is_first)[ROW_ID]
    log.rows(again, "payback_repeated", None, level=Level.NOTE)
    return taken.filter(is_first)


def _loans(paybacks: pl.DataFrame) -> pl.DataFrame:
    """One row a loan: principal is the purchase, as far as the pay-backs reach."""
    due = pl.col("amount_minor").sum().over("loan_id")
    principal = pl.min_horizontal("purchase_minor", due)
    return (
        paybacks.with_columns(principal.alias("principal_minor"))
        .unique("loan_id", keep="first", maintain_order=True)
        .with_columns(method=pl.lit("given"), day_count=pl.lit("actual/365"))
    )


def _instalments(paybacks: pl.DataFrame) -> pl.DataFrame:
    """One row a loan and due date; principal first, what goes beyond the purchase is a fee."""
    dated = paybacks.drop_nulls(["loan_id", "due_on"]).sort(
        "loan_id", "due_on", maintain_order=True
    )
    sums = dated.group_by("loan_id", "due_on", maintain_order=True).agg(
        pl.col(ROW_ID).min(),
        pl.col("amount_minor").sum().alias("share_minor"),
        pl.col("purchase_minor").first(),
    )
    before = pl.col("share_minor").cum_sum().over("loan_id") - pl.col("share_minor")
    left = pl.max_horizontal(pl.col("purchase_minor") - before, 0)
    return sums.with_columns(
        pl.min_horizontal("share_minor", left).alias("principal_minor"),
        pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("loan_id").alias("seq"),
        interest_minor=pl.lit(0),
        penalty_minor=pl.lit(0),
    ).with_columns(fees_minor=pl.col("share_minor") - pl.col("principal_minor"))
