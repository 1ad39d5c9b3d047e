"""Columns of a table as inputs, times and groups of a sample, with the row named where one fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forbear.scoring.errors import ScoringRefused

BANDS = 4
MOST_GROUPS = 12


def as_inputs(
    rows: pl.DataFrame,
    names: Sequence[str],
    time: str | None,
    *,
    levels: Mapping[str, bool] | None = None,
) -> pl.DataFrame:
    """Numbers as Float64, dates as days before `time`, all else as text.

    `levels` says what a card reads as text; a text where it reads a number is refused with its row.
    """
    return pl.DataFrame(
        {name: _input(rows, name, time, None if levels is None else levels[name]) for name in names}
    )


def as_days(column: pl.Series) -> NDArray[np.int64]:
    """Days since 1970-01-01."""
    if column.null_count():
        row = int(column.is_null().arg_true()[0]) + 1
        raise ScoringRefused(
            "time-missing",
            f"Column {column.name}, row {row} has no time: fill it in or leave the row out.",
        )
    return column.cast(pl.Date).cast(pl.Int32).cast(pl.Int64).to_numpy()


def as_groups(rows: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame | None:
    """Groups for the fairness report: texts as they are, numbers of many values in four bands."""
    if not names:
        return None
    return pl.DataFrame({name: _group(rows[name]) for name in dict.fromkeys(names)})


def _input(rows: pl.DataFrame, name: str, time: str | None, is_level: bool | None) -> pl.Series:
    column = rows[name]
    if column.dtype.is_temporal():
        if time is None:
            raise ScoringRefused(
                "time-missing",
                f"Column {name} is a date and counts from the row's time, which the data lack: give "
                "the column the card was trained with as --time.",
            )
        gap = rows[time].cast(pl.Datetime("us")) - column.cast(pl.Datetime("us"))
        return (gap.dt.total_hours() / 24).alias(name)
    if is_level or (is_level is None and not column.dtype.is_numeric()):
        return column.cast(pl.String).str.replace(r"\.0+$", "").alias(name)
    number = column.cast(pl.Float64, strict=False)
    faulty = number.is_null() & column.is_not_null()
    if column.dtype == pl.String:
        faulty = faulty & (column.str.strip_chars() != "")
    if bool(faulty.any()):
        row = int(faulty.arg_true()[0])
        raise ScoringRefused(
            "number-unreadable",
            f"Column {name}, row {row + 1}: {column[row]!r} is no number, where the card reads one. "
            "Correct the value or leave it empty.",
        )
    return number.fill_nan(None).alias(name)


def _group(column: pl.Series) -> pl.Series:
    if column.dtype.is_numeric() and column.n_unique() > MOST_GROUPS:
        known = column.drop_nulls()
        edges = sorted({float(known.quantile(n / BANDS) or 0) for n in range(1, BANDS)})
        return column.cut(edges, left_closed=True).cast(pl.String)
    text = column.cast(pl.String).str.replace(r"\.0+$", "")
    often = text.value_counts(sort=True).head(MOST_GROUPS)[text.name]
    return (
        pl.select(
            pl.when(text.is_null() | text.is_in(often.to_list()))
            .then(text)
            .otherwise(pl.lit("other"))
        )
        .to_series()
        .alias(column.name)
    )
