"""Score cards over columns: plain Polars comparisons and look-ups, whole numbers only."""

from __future__ import annotations

import polars as pl

from forbear.scoring.axes import Axis
from forbear.scoring.cards import Calibration, Characteristic, Scorecard


def points(card: Scorecard) -> pl.Expr:
    """Base points less every loss, as `points` (Int32)."""
    losses = [characteristic_points(one) for one in card.characteristics]
    total = pl.lit(card.scale.base_points, dtype=pl.Int32)
    for loss in losses:
        total = total + loss
    return total.alias("points")


def characteristic_points(one: Characteristic) -> pl.Expr:
    """What one characteristic takes away, named after it (Int32).

    A single numeric axis is a sum of steps at its edges, which Polars runs without a look-up.
    """
    axis = one.axes[0]
    if len(one.axes) == 1 and axis.edges is not None:
        return _steps(one, axis).alias(one.name)
    place = _place(axis)
    for other in one.axes[1:]:
        place = place * other.places + _place(other)
    return _looked_up(one.points, place).alias(one.name)


def probability_ppm(calibration: Calibration, scored: pl.Expr) -> pl.Expr:
    """Probability of the bad event in parts per million, by points."""
    listed = calibration.points
    if listed[-1] - listed[0] == len(listed) - 1:
        place = (scored - listed[0]).clip(0, len(listed) - 1)
    else:
        at = pl.lit(pl.Series(listed, dtype=pl.Int64)).search_sorted(scored.cast(pl.Int64), "right")
        place = (at.cast(pl.Int32) - 1).clip(0)
    return _looked_up(calibration.ppm, place).alias("ppm")


def _steps(one: Characteristic, axis: Axis) -> pl.Expr:
    value = _number(axis)
    total = pl.lit(one.points[0], dtype=pl.Int32)
    before = one.points[0]
    for edge, after in zip(axis.edges or (), one.points[1:], strict=False):
        if after != before:
            total = total + (value >= edge).cast(pl.Int32) * (after - before)
        before = after
    missing = pl.lit(one.points[axis.missing], dtype=pl.Int32)
    return pl.when(value.is_null()).then(missing).otherwise(total)


def _place(axis: Axis) -> pl.Expr:
    if axis.levels is not None:
        levels = {level: n for n, level in enumerate(axis.levels)}
        text = _level_text(pl.col(axis.input))
        found = text.replace_strict(levels, default=len(levels), return_dtype=pl.Int32)
        return pl.when(text.is_null()).then(pl.lit(axis.missing, pl.Int32)).otherwise(found)
    value = _number(axis)
    place = pl.lit(0, dtype=pl.Int32)
    for edge in axis.edges or ():
        place = place + (value >= edge).cast(pl.Int32)
    return pl.when(value.is_null()).then(pl.lit(axis.missing, pl.Int32)).otherwise(place)


def _number(axis: Axis) -> pl.Expr:
    return pl.col(axis.input).cast(pl.Float64).fill_nan(None)


def _level_text(value: pl.Expr) -> pl.Expr:
    """As `axes.level_text`; a fraction of nothing (3.0) reads 3."""
    return value.cast(pl.String).str.replace(r"\.0+$", "")


def _looked_up(table: tuple[int, ...], place: pl.Expr) -> pl.Expr:
    return pl.lit(pl.Series(table, dtype=pl.Int32)).gather(place)
