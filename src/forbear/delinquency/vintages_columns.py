"""Twin of `vintages.py` over columns: rows of disbursed_on and late_on (null: never late)."""

from datetime import date

import polars as pl


def vintage_of(disbursed_on: pl.Expr) -> pl.Expr:
    """Quarter of disbursement, as `2026Q1`."""
    return pl.format("{}Q{}", disbursed_on.dt.year(), disbursed_on.dt.quarter())


def months_on_book(disbursed_on: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Calendar months from the month of disbursement to that of `day`."""
    years = day.dt.year() - disbursed_on.dt.year()
    return years * 12 + day.dt.month().cast(pl.Int32) - disbursed_on.dt.month().cast(pl.Int32)


def vintage_curves(loans: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """`vintage, months_on_book, loans, late, share`, in order."""
    return curves(counts(loans, as_of))


def counts(loans: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Loans counted by vintage, months known by `as_of` and month first late (null: never)."""
    disbursed_on = pl.col("disbursed_on")
    return (
        loans.select(
            vintage_of(disbursed_on).alias("vintage"),
            months_on_book(disbursed_on, pl.lit(as_of)).alias("known_months"),
            months_on_book(disbursed_on, pl.col("late_on")).alias("late_month"),
        )
        .group_by("vintage", "known_months", "late_month")
        .agg(pl.len().cast(pl.Int64).alias("n"))
    )


def curves(counted: pl.LazyFrame) -> pl.LazyFrame:
    """The curves from such counts, each as long as all its loans have been on book."""
    each_month = counted.with_columns(
        pl.int_ranges(0, pl.col("known_months").min().over("vintage") + 1, dtype=pl.Int32).alias(
            "months_on_book"
        )
    ).explode("months_on_book")
    is_late = (pl.col("late_month") <= pl.col("months_on_book")).fill_null(False)
    return (
        each_month.group_by("vintage", "months_on_book")
        .agg(pl.col("n").sum().alias("loans"), pl.col("n").filter(is_late).sum().alias("late"))
        .with_columns((pl.col("late") / pl.col("loans")).alias("share"))
        .sort("vintage", "months_on_book")
    )
