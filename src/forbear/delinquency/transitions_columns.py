"""Twin of `transitions.py` over columns: counts and shares of moves between states."""

from collections.abc import Sequence

import polars as pl


def roll_rates(pairs: pl.LazyFrame, states: Sequence[str]) -> pl.LazyFrame:
    """From rows `from`, `to` (state, state a month later): `from, to, n, of, share` in order."""
    counted = pairs.group_by("from", "to").agg(pl.len().cast(pl.Int64).alias("n"))
    return shares(counted, states)


def shares(moves: pl.LazyFrame, states: Sequence[str]) -> pl.LazyFrame:
    """The same from counted moves: rows `from`, `to`, `n`."""
    order = pl.Enum(list(states))
    counted = moves.group_by("from", "to").agg(pl.col("n").sum())
    with_total = counted.with_columns(pl.col("n").sum().over("from").alias("of"))
    return (
        with_total.with_columns((pl.col("n") / pl.col("of")).alias("share"))
        .sort(pl.col("from").cast(order), pl.col("to").cast(order))
        .select("from", "to", "n", "of", "share")
    )


def is_cure(before: pl.Expr, after: pl.Expr) -> pl.Expr:
    """Whether days past due fell from something to nothing."""
    return (before > 0) & (after == 0)
