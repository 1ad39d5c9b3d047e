"""Twin of `aging.py` over columns: the same names, Polars expressions instead of values.

Callers bring rows of instalments with their running total (`due_cumulative_minor`) and what
was paid on the loan; nothing is collected here.
"""

from datetime import date

import polars as pl

from forbear.delinquency.aging import AgingScheme
from forbear.delinquency.buckets import BucketScheme


def is_unmet(due_cumulative_minor: pl.Expr, paid_minor: pl.Expr, materiality_minor: int) -> pl.Expr:
    """Whether what fell due up to this row exceeds what was paid by more than the threshold."""
    return due_cumulative_minor - paid_minor > materiality_minor


def oldest_unmet_due_on(
    due_on: pl.Expr, due_cumulative_minor: pl.Expr, paid_minor: pl.Expr, materiality_minor: int
) -> pl.Expr:
    """Aggregate over a loan's instalments due by `as_of`: the first unmet due date."""
    return due_on.filter(is_unmet(due_cumulative_minor, paid_minor, materiality_minor)).min()


def counted_from(oldest_unmet: pl.Expr, re_aged_on: pl.Expr) -> pl.Expr:
    """The oldest unmet due date, or the last re-age by `as_of` if that is later."""
    return pl.when(oldest_unmet.is_not_null()).then(pl.max_horizontal(oldest_unmet, re_aged_on))


def paused_days(starts_on: pl.Expr, ends_on: pl.Expr, *, after: pl.Expr, until: date) -> pl.Expr:
    """Days of one pause in (`after`, `until`]; to be summed over pauses that do not overlap."""
    first = pl.max_horizontal(starts_on, after + pl.duration(days=1))
    last = pl.min_horizontal(ends_on, pl.lit(until))
    return ((last - first).dt.total_days() + 1).clip(lower_bound=0).cast(pl.Int32)


def days_past_due(
    counted_from: pl.Expr, paused: pl.Expr, as_of: date, scheme: AgingScheme
) -> pl.Expr:
    """Days from `counted_from` to `as_of` less paused days; 0 within grace or if nothing is unmet."""
    days = (pl.lit(as_of) - counted_from).dt.total_days().cast(pl.Int32) - paused.fill_null(0)
    counted = days.fill_null(0)
    return pl.when(counted > scheme.grace_days).then(counted).otherwise(0).cast(pl.Int32)


def bucket(days_past_due: pl.Expr, ladder: BucketScheme) -> pl.Expr:
    """Name of the bucket a count of days falls in."""
    passed = [(days_past_due >= b.from_days).cast(pl.UInt32) for b in ladder.buckets[1:]]
    place = pl.sum_horizontal(passed) if passed else pl.lit(0, pl.UInt32)
    return pl.lit(pl.Series([b.name for b in ladder.buckets])).gather(place)
