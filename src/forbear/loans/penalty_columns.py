"""Twin of `penalty.py` over columns, for the instalments still unmet at the end of `as_of`.

Few instalments of a book are unmet, so the payments of their loans are laid beside each: one
row a payment between the due date and `as_of`, and one for the due date itself.
"""

from datetime import date

import polars as pl

RATE_SCALE = 10**8  # rates have at most eight digits (portfolio.schema.RATE)


def minor_days(unmet: pl.LazyFrame, payments: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Unpaid principal × days for each row of `unmet`.

    `unmet`: loan_key, due_on, seq, principal_minor, due_cumulative_minor (unmet at `as_of`,
    due before it). `payments`: loan_key, effective_on, amount_minor. Returns loan_key, seq,
    due_on, minor_days.
    """
    row = ["loan_key", "due_on", "seq"]
    amounts = ["principal_minor", "due_cumulative_minor"]
    known = payments.filter(pl.col("effective_on") < as_of)
    pairs = unmet.select(*row, *amounts).join(known, on="loan_key", how="left")
    turns = pairs.with_columns(
        pl.max_horizontal("effective_on", "due_on").fill_null(pl.col("due_on")).alias("from_on"),
        pl.col("amount_minor").fill_null(0),
    ).select(*row, *amounts, "from_on", "amount_minor")
    starts = unmet.select(
        *row, *amounts, pl.col("due_on").alias("from_on"), pl.lit(0, pl.Int64).alias("amount_minor")
    )
    steps = (
        pl.concat([starts, turns])
        .group_by(*row, *amounts, "from_on")
        .agg(pl.col("amount_minor").sum())
        .sort(*row, "from_on")
        .with_columns(
            pl.col("amount_minor").cum_sum().over(row).alias("paid"),
            pl.col("from_on").shift(-1).over(row).fill_null(as_of).alias("to_on"),
        )
    )
    short = (pl.col("due_cumulative_minor") - pl.col("paid")).clip(lower_bound=0)
    unpaid = pl.min_horizontal(short, "principal_minor")
    days = (pl.col("to_on") - pl.col("from_on")).dt.total_days()
    return steps.group_by(row).agg((unpaid * days).sum().alias("minor_days"))


def minor_days_untouched(as_of: date) -> pl.Expr:
    """The same for a row whose loan received nothing between the due date and `as_of`.

    Reads principal_minor, due_cumulative_minor, due_on and paid_before (paid by the eve).
    """
    short = (pl.col("due_cumulative_minor") - pl.col("paid_before")).clip(lower_bound=0)
    days = (pl.lit(as_of) - pl.col("due_on")).dt.total_days()
    return pl.min_horizontal(short, "principal_minor") * days


def amount_minor(minor_days: pl.Expr, penalty_rate_annual: pl.Expr, day_count: pl.Expr) -> pl.Expr:
    """`minor_days` × rate / days of the year, half-up; 0 where there is no penalty rate."""
    rate = (penalty_rate_annual * RATE_SCALE).cast(pl.Int128)
    year = pl.when(day_count == "actual/365").then(365).otherwise(360).cast(pl.Int128)
    doubled = 2 * minor_days.cast(pl.Int128) * rate
    divisor = year * RATE_SCALE
    return ((doubled + divisor) // (2 * divisor)).cast(pl.Int64).fill_null(0)
