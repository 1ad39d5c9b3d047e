"""What loans were at each month's end, computed anew from the book as it is known now.

One partition at a time: its tables are read once, aged at every month's end, and only counts
leave it. A loan settled by the next month's end has moved to `settled`; a recalled loan counts in
no month.
"""

import itertools
from collections.abc import Sequence
from datetime import date
from typing import TypeVar

import polars as pl

from forbear.delinquency import vintages_columns
from forbear.delinquency.aging import AgingScheme
from forbear.portfolio.aging import PartitionRows, age_rows

Rows = TypeVar("Rows", pl.DataFrame, pl.LazyFrame)
SETTLED, WRITTEN_OFF, RECALLED = "settled", "written_off", "recalled"
LATE_DAYS = 30
LOAN = ["lender", "loan_id"]
COUNTS = {
    "kind": pl.String(),
    "start": pl.Date(),
    "end": pl.Date(),
    "from": pl.String(),
    "to": pl.String(),
    "vintage": pl.String(),
    "known_months": pl.Int32(),
    "late_month": pl.Int32(),
    "n": pl.Int64(),
}


def empty() -> pl.DataFrame:
    """No counts."""
    return pl.DataFrame(schema=COUNTS)


def added_up(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Counts of several partitions as one, in a fixed order."""
    keys = [name for name in COUNTS if name != "n"]
    together = pl.concat([empty(), *parts])
    return together.group_by(keys).agg(pl.col("n").sum()).sort(keys)


def month_counts(
    rows: PartitionRows,
    ends: Sequence[date],
    last: date,
    scheme: AgingScheme,
    lender: str | None,
) -> pl.DataFrame:
    """One partition's moves between `ends` and its first lateness by vintage up to `last`."""
    read = PartitionRows(
        *(frame.collect().lazy() for frame in (rows.loans, rows.instalments)),
        *(frame.collect().lazy() for frame in (rows.payments, rows.events)),
    )
    standing = {day: _standing(read, day, scheme, lender) for day in sorted({*ends, last})}
    moves = [
        _moves(standing[start], standing[end], start, end)
        for start, end in itertools.pairwise(ends)
    ]
    return added_up([*moves, _late(read, list(standing.values()), last, lender)])


def _standing(
    rows: PartitionRows, day: date, scheme: AgingScheme, lender: str | None
) -> pl.DataFrame:
    """Each live loan's state on one day; `recalled` and `written_off` are states too."""
    aged = _own(age_rows(rows, day, scheme), lender)
    is_active = pl.col("status") == "active"
    return aged.select(
        *LOAN,
        pl.when(is_active).then("bucket").otherwise("status").alias("state"),
        pl.when(pl.col("days_past_due") >= LATE_DAYS).then("as_of").alias("late_on"),
    )


def _own(frame: Rows, lender: str | None) -> Rows:
    return frame if lender is None else frame.filter(pl.col("lender") == lender)


def _moves(before: pl.DataFrame, after: pl.DataFrame, start: date, end: date) -> pl.DataFrame:
    pairs = before.join(after, on=LOAN, how="left").select(
        pl.col("state").alias("from"), pl.col("state_right").fill_null(SETTLED).alias("to")
    )
    kept = pairs.filter((pl.col("from") != RECALLED) & (pl.col("to") != RECALLED))
    counted = kept.group_by("from", "to").agg(pl.len().alias("n"))
    return _typed(
        counted.with_columns(
            pl.lit("move").alias("kind"), pl.lit(start).alias("start"), pl.lit(end).alias("end")
        )
    )


def _late(
    rows: PartitionRows, standing: list[pl.DataFrame], last: date, lender: str | None
) -> pl.DataFrame:
    late = pl.concat([frame.drop_nulls("late_on").drop("state") for frame in standing])
    first = late.group_by(LOAN).agg(pl.col("late_on").min())
    loans = (
        _own(rows.loans, lender)
        .filter((pl.col("disbursed_on") <= last) & (pl.col("scheduled_minor") > 0))
        .select(*LOAN, "disbursed_on")
    )
    joined = loans.join(first.lazy(), on=LOAN, how="left")
    counted = vintages_columns.counts(joined, last).collect()
    return _typed(counted.with_columns(pl.lit("late").alias("kind")))


def _typed(frame: pl.DataFrame) -> pl.DataFrame:
    missing = [pl.lit(None).alias(name) for name in COUNTS if name not in frame.columns]
    return frame.with_columns(missing).select(pl.col(n).cast(t) for n, t in COUNTS.items())
