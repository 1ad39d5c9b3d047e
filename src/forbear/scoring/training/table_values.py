"""Columns of a table as inputs, times and groups of a sample, with the row named where one fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forbear.scoring.errors import ScoringRefused
from forbear.scoring.training.column_kinds import is_blank, moments, text_moments

BANDS = 4
MOST_GROUPS = 12
DATES_SHARE = 0.95


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


def with_moments(
    rows: pl.DataFrame, names: Sequence[str], time: str | None, place: str
) -> pl.DataFrame:
    """The rows with dates as wall time: the row's own `time`, and texts that mostly are dates.

    Where `time` and a column both carry a zone, the column is told in the zone of `time`.
    """
    zone = None if time is None else getattr(rows[time].dtype, "time_zone", None)
    read = [] if time is None else [moments(rows, time, place)]
    for name in names:
        column = rows[name]
        if isinstance(column.dtype, pl.Datetime):
            if zone is not None and column.dtype.time_zone is not None:
                column = column.dt.convert_time_zone(zone)
            read.append(column.dt.replace_time_zone(None))
        elif column.dtype == pl.String and _is_mostly_dates(column):
            read.append(_moments_of_text(column, place))
    return rows.with_columns(read)


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


def _is_mostly_dates(column: pl.Series) -> bool:
    written = len(column) - int(is_blank(column).sum())
    return written > 0 and _any_moments(column).count() >= DATES_SHARE * written


def _any_moments(column: pl.Series) -> pl.Series:
    """ISO dates, else what Polars takes for dates in a text (31/12/2026)."""
    found = text_moments(column)
    if found.count():
        return found
    try:
        told = column.str.to_datetime(strict=False, time_unit="us")
    except pl.exceptions.PolarsError:
        return found
    return told.dt.replace_time_zone(None)


def _moments_of_text(column: pl.Series, place: str) -> pl.Series:
    found = _any_moments(column)
    faulty = found.is_null() & ~is_blank(column)
    if bool(faulty.any()):
        row = int(faulty.arg_true()[0])
        raise ScoringRefused(
            "time-unreadable",
            f"{place}: column {column.name}, row {row + 1}: {column[row]!r} is no date, as nearly "
            "all others are. Write 2026-11-20, leave it empty where it is not known, or leave the "
            f"column out with --drop {column.name}.",
        )
    return found


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
