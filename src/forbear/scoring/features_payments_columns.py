"""Twin of `features_payments.py` over columns: one row a loan, keyed by `loan_key`."""

import polars as pl

from forbear.delinquency.vintages_columns import months_on_book
from forbear.scoring.features_payments import (
    INCOME_PAYING_DAYS,
    INCOME_WINDOW,
    MONEY,
    MONTH,
    NEAR,
)
from forbear.scoring.features_tables import KnownTables, first_step_above

PAID_WINDOWS = (30, 90, 180)


def paying_days(known: KnownTables) -> pl.LazyFrame:
    """`loan_key`, `day`: the days on which money came and stayed, each once."""
    taken_back = known.payments.filter(pl.col("reverses").is_not_null()).select(
        "loan_key", pl.col("reverses").alias("payment_id")
    )
    return (
        known.payments.filter(pl.col("kind").is_in(sorted(MONEY)))
        .join(taken_back, on=["loan_key", "payment_id"], how="anti")
        .select("loan_key", pl.col("effective_on").alias("day"))
        .unique()
    )


def _within(day: str, known: KnownTables, window: int) -> pl.Expr:
    return (pl.col(day) >= known.first_day(window)).sum()


def payment_features(known: KnownTables, money: pl.LazyFrame) -> list[pl.LazyFrame]:
    """Part payments, paying days and reversals, per loan that has any; the rest is 0.

    `money`: the loan's `paying_days`.
    """
    parts = first_step_above(
        known.paid_days.rename({"effective_on": "day"}),
        known.instalments,
        above_minor=pl.col("running_minor") - pl.col("amount_minor"),
    ).filter((pl.col("amount_minor") > 0) & (pl.col("running_minor") < pl.col("cumulative_minor")))
    backs = known.payments.filter(pl.col("kind") == "reversal")
    return [
        parts.group_by("loan_key").agg(
            _within("day", known, 90).alias("part_payments_90d"),
            _within("day", known, 180).alias("part_payments_180d"),
        ),
        money.group_by("loan_key").agg(
            _within("day", known, 30).alias("paying_days_30d"),
            _within("day", known, 90).alias("paying_days_90d"),
            (pl.lit(known.as_of) - pl.col("day").max()).dt.total_days().alias("days_since_payment"),
        ),
        backs.group_by("loan_key").agg(
            _within("effective_on", known, 90).alias("reversals_90d"),
            _within("effective_on", known, 365).alias("reversals_365d"),
        ),
    ]


def schedule_sums(known: KnownTables, stories: pl.LazyFrame) -> pl.LazyFrame:
    """Per loan what fell due in and before each window, what is scheduled, met and next."""
    due_on, due = pl.col("due_on"), pl.col("due_minor")
    coming = due_on > known.as_of
    windows = [
        expression
        for window in PAID_WINDOWS
        for expression in (
            due.filter(due_on < known.first_day(window)).sum().alias(f"before_{window}"),
            due.filter((due_on >= known.first_day(window)) & ~coming).sum().alias(f"fell_{window}"),
        )
    ]
    return stories.group_by("loan_key").agg(
        *windows,
        due.sum().alias("scheduled_minor"),
        due.filter(~coming).sum().alias("due_minor"),
        pl.len().cast(pl.Int64).alias("instalments"),
        pl.col("met_on").count().cast(pl.Int64).alias("instalments_paid"),
        due_on.filter(coming)
        .sort_by(due_on.filter(coming), pl.col("seq").filter(coming))
        .first()
        .alias("next_due_on"),
        due.filter(coming)
        .sort_by(due_on.filter(coming), pl.col("seq").filter(coming))
        .first()
        .alias("next_due_minor"),
    )


def paid_sums(known: KnownTables) -> pl.LazyFrame:
    """Per loan what was received by `as_of` and by the day before."""
    amount, on = pl.col("amount_minor"), pl.col("effective_on")
    return known.paid_days.group_by("loan_key").agg(
        amount.sum().alias("paid_minor"),
        amount.filter(on < known.as_of).sum().alias("paid_before_minor"),
    )


def money_features(known: KnownTables) -> dict[str, pl.Expr]:
    """Features of the joined row: shares paid, arrears, outstanding, place on the schedule."""
    paid, scheduled = pl.col("paid_minor"), pl.col("scheduled_minor")
    arrears = (pl.col("due_minor") - paid).clip(lower_bound=0)
    owed = (scheduled - paid).clip(lower_bound=0)
    count = pl.col("instalments")
    made = {
        f"paid_share_{window}d": _quotient(
            pl.min_horizontal(
                (paid - pl.col(f"before_{window}")).clip(lower_bound=0), pl.col(f"fell_{window}")
            ),
            pl.col(f"fell_{window}"),
        )
        for window in PAID_WINDOWS
    }
    return made | {
        "arrears_to_instalment": _quotient(arrears * count, scheduled),
        "outstanding_to_principal": _quotient(owed, pl.col("principal_minor")),
        "instalments_remaining": count - pl.col("instalments_paid"),
        "months_on_book": months_on_book(pl.col("disbursed_on"), pl.lit(known.as_of)),
        "days_to_next_due": (pl.col("next_due_on") - pl.lit(known.as_of)).dt.total_days(),
        "next_due_to_mean": _quotient(pl.col("next_due_minor") * count, scheduled),
        "due_after_income_days": (
            pl.col("next_due_on").dt.day().cast(pl.Int64) - pl.col("income_day") + MONTH
        )
        % MONTH,
    }


def _quotient(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    return pl.when(whole != 0).then(part / whole)


def income_features(known: KnownTables, money: pl.LazyFrame) -> pl.LazyFrame:
    """Per `person_key`: `income_day`, `income_day_share`; only with enough paying days."""
    loans = known.loans.select("loan_key", "person_key")
    days = (
        money.filter(pl.col("day") >= known.first_day(INCOME_WINDOW))
        .join(loans, on="loan_key")
        .select("person_key", "day")
        .unique()
        .with_columns(pl.col("day").dt.day().cast(pl.Int64).alias("of_month"))
        .filter(pl.len().over("person_key") >= INCOME_PAYING_DAYS)
    )
    away = pl.LazyFrame({"away": list(range(-NEAR, NEAR + 1))}, schema={"away": pl.Int64})
    weights = (
        days.join(away, how="cross")
        .select(
            "person_key",
            ((pl.col("of_month") - 1 + pl.col("away") + MONTH) % MONTH + 1).alias("centre"),
            (NEAR + 1 - pl.col("away").abs()).alias("weight"),
        )
        .group_by("person_key", "centre")
        .agg(pl.col("weight").sum())
    )
    chosen = weights.group_by("person_key").agg(
        pl.col("centre").sort_by([-pl.col("weight"), pl.col("centre")]).first().alias("income_day")
    )
    is_near = (pl.col("of_month") - pl.col("income_day") + NEAR + MONTH) % MONTH <= 2 * NEAR
    return (
        days.join(chosen, on="person_key")
        .group_by("person_key", "income_day")
        .agg((is_near.sum() / pl.len()).alias("income_day_share"))
    )
