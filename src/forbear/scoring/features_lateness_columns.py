"""Twin of `features_lateness.py` over columns: one row a loan, keyed by `loan_key`."""

import polars as pl

from forbear.scoring.features_lateness import LATE_DAYS, LATE_WINDOWS, MAX_WINDOWS, RECENT
from forbear.scoring.features_tables import (
    START,
    KnownTables,
    beside,
    counted_days,
    first_step_above,
)


def instalment_stories(known: KnownTables) -> pl.LazyFrame:
    """Every instalment with `met_on` (null: not yet) and `days_late`, in order of due date."""
    needed = known.instalments.with_columns(
        (pl.col("cumulative_minor") - known.scheme.materiality_minor).alias("needed_minor")
    )
    lasting = _lasting_totals(known)
    met = beside(
        needed, lasting, near="needed_minor", of="floor_minor", strategy="forward"
    ).with_columns(
        pl.when(pl.col("day") == START)
        .then(pl.col("due_on"))
        .otherwise(pl.col("day"))
        .alias("met_on")
    )
    ended = met.with_columns(
        pl.col("due_on").alias("from_on"), pl.col("met_on").fill_null(known.as_of).alias("end_on")
    ).cache()
    is_over = pl.col("end_on") > pl.col("due_on")
    early = ended.filter(~is_over).with_columns(
        (pl.col("end_on") - pl.col("due_on")).dt.total_days().alias("counted")
    )
    late = counted_days(ended.filter(is_over), known, key="seq")
    columns = ["loan_key", "seq", "due_on", "due_minor", "cumulative_minor", "met_on", "counted"]
    return (
        pl.concat([early.select(columns), late.select(columns)])
        .rename({"counted": "days_late"})
        .sort("loan_key", "due_on", "seq")
    )


def _lasting_totals(known: KnownTables) -> pl.LazyFrame:
    """Per loan the least that was held from each paying day on, each amount with its first day."""
    start = known.loans.select(
        "loan_key",
        pl.lit(START).alias("effective_on"),
        pl.lit(0, pl.Int64).alias("running_minor"),
    )
    totals = pl.concat([start, known.paid_days.select(start.collect_schema().names())])
    floor = pl.col("running_minor").reverse().cum_min().reverse().over("loan_key")
    return (
        totals.sort("loan_key", "effective_on")
        .with_columns(floor.alias("floor_minor"))
        .group_by("loan_key", "floor_minor")
        .agg(pl.col("effective_on").min().alias("day"))
    )


def lateness_features(known: KnownTables, stories: pl.LazyFrame) -> pl.LazyFrame:
    """Times late, days late, trend and shares on time, per loan with something due."""
    late = pl.col("days_late")
    settled = late.filter(pl.col("met_on").is_not_null())
    over = late.clip(lower_bound=0)
    counts = [
        ((pl.col("due_on") >= known.first_day(window)) & (late >= least))
        .sum()
        .alias(f"late_{least}_plus_{window}d")
        for least in LATE_DAYS
        for window in LATE_WINDOWS
    ]
    recent, earlier = over.tail(RECENT), over.head((pl.len() - RECENT).cast(pl.Int64))
    trend = recent.sum() / recent.len() - earlier.sum() / earlier.len()
    return (
        stories.filter(pl.col("due_on") <= known.as_of)
        .sort("loan_key", "due_on", "seq")
        .group_by("loan_key", maintain_order=True)
        .agg(
            *counts,
            settled.last().alias("days_late_last"),
            (settled.sum() / settled.len()).fill_nan(None).alias("days_late_mean"),
            settled.max().alias("days_late_worst"),
            pl.when(pl.len() > RECENT).then(trend).alias("lateness_trend"),
            ((settled < 0).sum() / pl.len()).alias("paid_early_share"),
            ((settled <= 0).sum() / pl.len()).alias("paid_on_time_share"),
        )
    )


def worst_days(known: KnownTables) -> pl.LazyFrame:
    """`days_past_due` at `as_of` and at its highest in each window, per loan.

    Looked at on the days before payments and re-ages and at `as_of`: between them it never falls.
    """
    counted = _days_past_due(known, _turning_days(known))
    return counted.group_by("loan_key").agg(
        pl.col("days").filter(pl.col("day") == known.as_of).first().alias("days_past_due"),
        *(
            pl.col("days")
            .filter(pl.col("day") >= known.first_day(window))
            .max()
            .alias(f"days_past_due_max_{window}d")
            for window in MAX_WINDOWS
        ),
    )


def _turning_days(known: KnownTables) -> pl.LazyFrame:
    first = known.first_day(max(MAX_WINDOWS))
    turns = pl.concat(
        [
            known.paid_days.select("loan_key", pl.col("effective_on").alias("day")),
            known.re_ages.select("loan_key", pl.col("re_aged_on").alias("day")),
        ]
    )
    eves = turns.filter(pl.col("day") > first).with_columns(pl.col("day") - pl.duration(days=1))
    today = known.loans.select("loan_key", pl.lit(known.as_of).alias("day"))
    return pl.concat([eves, today]).unique()


def _days_past_due(known: KnownTables, days: pl.LazyFrame) -> pl.LazyFrame:
    """`days` past due at the end of each (`loan_key`, `day`)."""
    paid_days = known.paid_days.select("loan_key", "effective_on", "running_minor")
    paid = beside(days, paid_days, near="day", of="effective_on", strategy="backward").with_columns(
        pl.col("running_minor").fill_null(0)
    )
    unmet = (
        first_step_above(
            paid,
            known.instalments,
            above_minor=pl.col("running_minor") + known.scheme.materiality_minor,
        )
        .select(
            "loan_key", "day", pl.col("step_due_on").alias("from_on"), pl.col("day").alias("end_on")
        )
        .cache()
    )
    is_due = (pl.col("from_on") <= pl.col("day")).fill_null(False)
    late = counted_days(unmet.filter(is_due), known, key="day").select("loan_key", "day", "counted")
    none = unmet.filter(~is_due).select("loan_key", "day", pl.lit(0, pl.Int64).alias("counted"))
    counted = pl.col("counted")
    return pl.concat([late, none]).select(
        "loan_key",
        "day",
        pl.when(counted > known.scheme.grace_days).then(counted).otherwise(0).alias("days"),
    )
