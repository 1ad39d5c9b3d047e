"""Where each loan of a tape stands on the business date: for previews, claims and control totals.

Counts days since the oldest unmet due date, without pauses, re-age or grace, and amounts of the
schedule without accruing penalty interest. What the book's loans owe is decided by aging
(`portfolio`), which knows those; this is for comparing a tape with what its lender says of it.
"""

from collections.abc import Mapping
from datetime import date

import polars as pl

from forbear.portfolio.schema import INSTALMENT_AMOUNTS


def sums_by_loan(rows: pl.DataFrame, amount: pl.Expr, name: str) -> pl.DataFrame:
    """`loan_id` and the sum of `amount`, summed first over neighbours of the same loan.

    Tapes come loan by loan: summing runs by number first spares hashing a million long ids.
    """
    runs = rows.select("loan_id", amount.alias(name), pl.col("loan_id").rle_id().alias("run"))
    summed = runs.group_by("run").agg(pl.col("loan_id").first(), pl.col(name).sum())
    return summed.group_by("loan_id").agg(pl.col(name).sum())


def positions(tables: Mapping[str, pl.DataFrame], as_of: date) -> pl.DataFrame:
    """By loan: days_past_due, arrears_minor, outstanding_minor, has_events."""
    loans = tables["loans"].select("loan_id", "currency").drop_nulls("loan_id").unique("loan_id")
    instalments = tables.get("instalments")
    if instalments is None:
        return _without_schedule(loans)
    paid = _paid(tables, as_of)
    due = pl.sum_horizontal(pl.col(name).fill_null(0) for name in INSTALMENT_AMOUNTS)
    rows = instalments.select("loan_id", "due_on", due.alias("due_minor"))
    rows = rows.join(paid, on="loan_id", how="left").with_columns(pl.col("paid_minor").fill_null(0))
    rows = rows.sort("loan_id", "due_on")
    running = pl.col("due_minor").cum_sum().over("loan_id")
    is_due = pl.col("due_on") <= as_of
    summed = (
        rows.with_columns(running.alias("running"))
        .group_by("loan_id")
        .agg(
            pl.col("due_on").filter(is_due & (pl.col("running") > pl.col("paid_minor"))).min(),
            pl.col("due_minor").filter(is_due).sum().alias("fallen_due"),
            pl.col("due_minor").sum().alias("scheduled"),
            pl.col("paid_minor").first(),
        )
    )
    left = pl.col("paid_minor")
    stood = summed.select(
        "loan_id",
        (pl.lit(as_of) - pl.col("due_on")).dt.total_days().fill_null(0).alias("days_past_due"),
        pl.max_horizontal(pl.col("fallen_due") - left, 0).alias("arrears_minor"),
        pl.max_horizontal(pl.col("scheduled") - left, 0).alias("outstanding_minor"),
    )
    found = loans.join(stood, on="loan_id", how="left")
    return found.with_columns(_has_events(tables))


def arrears_by_loan(tables: Mapping[str, pl.DataFrame], as_of: date) -> pl.DataFrame:
    """By loan: currency and arrears_minor alone, without the work days past due would need."""
    loans = tables["loans"].select("loan_id", "currency")
    instalments = tables.get("instalments")
    if instalments is None:
        return loans.with_columns(pl.lit(None, dtype=pl.Int64).alias("arrears_minor"))
    due = pl.sum_horizontal(pl.col(name).fill_null(0) for name in INSTALMENT_AMOUNTS)
    sums = sums_by_loan(instalments.filter(pl.col("due_on") <= as_of), due, "due")
    joined = loans.join(sums, on="loan_id", how="left")
    joined = joined.join(_paid(tables, as_of), on="loan_id", how="left")
    left = pl.col("due").fill_null(0) - pl.col("paid_minor").fill_null(0)
    return joined.select("currency", pl.max_horizontal(left, 0).alias("arrears_minor"))


def _paid(tables: Mapping[str, pl.DataFrame], as_of: date) -> pl.DataFrame:
    payments = tables.get("payments")
    if payments is None:
        return pl.DataFrame(schema={"loan_id": pl.String, "paid_minor": pl.Int64})
    counted = payments.filter(pl.col("effective_on") <= as_of)
    return sums_by_loan(counted, pl.col("amount_minor"), "paid_minor")


def _has_events(tables: Mapping[str, pl.DataFrame]) -> pl.Expr:
    events = tables.get("delinquency_events")
    if events is None:
        return pl.lit(False).alias("has_events")
    return pl.col("loan_id").is_in(events["loan_id"].drop_nulls().implode()).alias("has_events")


def _without_schedule(loans: pl.DataFrame) -> pl.DataFrame:
    nothing = pl.lit(None, dtype=pl.Int64)
    return loans.with_columns(
        nothing.alias("days_past_due"),
        nothing.alias("arrears_minor"),
        nothing.alias("outstanding_minor"),
        has_events=pl.lit(False),
    )
