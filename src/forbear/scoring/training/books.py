"""Preset `book`: what a book told on past days, and what followed within the months after.

One row for each loan and day looked at. Features are the catalogue's (`scoring/features*`), so that
the night and the desk score with the same definitions. Early warning: loans not 30 days late that
day (the loans a night scores), bad when 30 days late or more within the next 90. Roll: loans under 180 days late,
bad when in a worse bucket of 30 days a month later. A day counts only when what follows it is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl

from forbear.delinquency.aging import DEFAULT_SCHEME
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.features_catalogue import catalogue
from forbear.scoring.features_columns import IDS, behaviour_features
from forbear.scoring.features_lateness_columns import worst_days
from forbear.scoring.features_tables import BehaviourTables, known_tables
from forbear.scoring.training.samples import Feature, Sample, Target, person_codes

LATE_DAYS, WINDOW_DAYS = 30, 90
ROLL_DAYS, BUCKET_DAYS, ROLL_BELOW = 30, 30, 180
MOST_DAYS = 12
TARGETS = {
    "early_warning": Target(
        event="30 days past due or more within 90 days, for loans under 30 now",
        says={
            "zh-Hans": "目前逾期不到 30 天的贷款在 90 天内逾期达到 30 天以上",
            "en": "30 days past due or more within 90 days, for a loan under 30 days now",
        },
    ),
    "roll": Target(
        event="in a worse bucket of 30 days one month later",
        says={"zh-Hans": "一个月后逾期档变差", "en": "In a worse bucket a month from now"},
    ),
}


def outcome_days(recipe: str) -> int:
    """Days after which the outcome of a day is known."""
    return WINDOW_DAYS if recipe == "early_warning" else ROLL_DAYS


def past_month_ends(known_until: date, *, recipe: str) -> tuple[date, ...]:
    """The month-ends, at most twelve, whose outcome is known by a day; oldest first.

    >>> past_month_ends(date(2026, 11, 20), recipe="early_warning")[-1]
    datetime.date(2026, 7, 31)
    """
    latest = known_until - timedelta(days=outcome_days(recipe))
    found: list[date] = []
    first = latest.replace(day=1) + timedelta(days=32)
    while len(found) < MOST_DAYS:
        first = first.replace(day=1)
        end = first - timedelta(days=1)
        if end <= latest:
            found.append(end)
        first = end
    return tuple(reversed(found))


def book_sample(
    parts: Sequence[BehaviourTables],
    days: Sequence[date],
    *,
    recipe: str,
    known_until: date,
    with_outcomes: bool,
    simulated: bool,
) -> Sample:
    """Rows of every day looked at, by day, lender and loan."""
    for day in days:
        if with_outcomes and day + timedelta(days=outcome_days(recipe)) > known_until:
            raise ScoringRefused(
                "outcome-not-known",
                f"What follows {day} is known {outcome_days(recipe)} days later, the book tells "
                f"until {known_until}: look at an earlier --as-of.",
            )
    rows = pl.concat(
        [_rows(tables, day, recipe, with_outcomes) for day in days for tables in parts]
    ).sort("as_of", *IDS)
    if rows.is_empty():
        raise ScoringRefused(
            "no-rows", "The book has no loan to look at on these days: name others with --as-of."
        )
    names = [name for name in catalogue() if rows[name].null_count() < rows.height]
    told = rows["as_of"].cast(pl.Int32).cast(pl.Int64).to_numpy()
    return Sample(
        ids=rows.select(*IDS, "as_of"),
        frame=rows.select(pl.col(name).cast(pl.Float64).fill_nan(None) for name in catalogue()),
        features=tuple(_feature(name) for name in names),
        target=TARGETS[recipe],
        persons=person_codes(pl.select(pl.struct(rows["lender"], rows["borrower_id"])).to_series()),
        events=rows["event"].to_numpy().astype(np.int8) if with_outcomes else None,
        times=told,
        outcome_window=outcome_days(recipe),
        span=(str(min(days)), str(max(days))),
        groups=rows.select("lender"),
        simulated=simulated,
    )


def _rows(tables: BehaviourTables, day: date, recipe: str, with_outcomes: bool) -> pl.DataFrame:
    late = pl.col("days_past_due")
    chosen = late < LATE_DAYS if recipe == "early_warning" else late < ROLL_BELOW
    live = behaviour_features(tables, as_of=day).filter(chosen)
    if not with_outcomes:
        return live.with_columns(pl.lit(-1, pl.Int8).alias("event")).collect()
    later = day + timedelta(days=outcome_days(recipe))
    known = known_tables(tables, as_of=later, scheme=DEFAULT_SCHEME)
    followed = worst_days(known).select(
        "loan_key",
        pl.col("days_past_due").alias("later"),
        pl.col(f"days_past_due_max_{WINDOW_DAYS}d").alias("worst"),
    )
    by_id = known.loans.select("loan_key", "lender", "loan_id").join(followed, on="loan_key")
    if recipe == "early_warning":
        bad = pl.col("worst").fill_null(0) >= LATE_DAYS
    else:
        bad = _bucket(pl.col("later").fill_null(0)) > _bucket(late)
    return (
        live.join(by_id.drop("loan_key"), on=["lender", "loan_id"], how="left")
        .with_columns(bad.cast(pl.Int8).alias("event"))
        .drop("later", "worst")
        .collect()
    )


def _bucket(days: pl.Expr) -> pl.Expr:
    return (days + BUCKET_DAYS - 1) // BUCKET_DAYS


def _feature(name: str) -> Feature:
    one = catalogue()[name]
    return Feature(
        name=name,
        kind="number",
        monotone=one.monotone,
        says=one.says,
        tells=one.tells,
        advice=one.advice,
    )
