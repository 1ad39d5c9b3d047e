"""Score cards over columns: plain Polars comparisons and look-ups, whole numbers only."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from forbear.scoring.axes import Axis
from forbear.scoring.cards import Calibration, Characteristic, Scorecard

_FITS = 2**15
_MOST_COMPARED = 8  # levels; more of them are looked up


def points(card: Scorecard) -> pl.Expr:
    """Base points less every loss, as `points` (Int32)."""
    kind = _smallest(card)
    total = pl.lit(card.scale.base_points, dtype=kind)
    for one in card.characteristics:
        total = total + _losses(one, kind)
    return total.cast(pl.Int32).alias("points")


def characteristic_points(one: Characteristic) -> pl.Expr:
    """What one characteristic takes away, named after it (Int32)."""
    return _losses(one, pl.Int32).alias(one.name)


def place_counts(card: Scorecard, rows: pl.DataFrame) -> dict[str, list[int]]:
    """How many rows fell into each place of each characteristic; rows hold the card's inputs."""
    told = rows.select(characteristic_place(one) for one in card.characteristics)
    found = {}
    for one in card.characteristics:
        seen = dict(told[one.name].value_counts().iter_rows())
        found[one.name] = [seen.get(place, 0) for place in range(len(one.points))]
    return found


def probability_ppm(calibration: Calibration, scored: pl.Expr) -> pl.Expr:
    """Probability of the bad event in parts per million, by points."""
    listed = calibration.points
    if listed[-1] - listed[0] == len(listed) - 1:
        place = (scored - listed[0]).clip(0, len(listed) - 1)
    else:
        at = pl.lit(pl.Series(listed, dtype=pl.Int64)).search_sorted(scored.cast(pl.Int64), "right")
        place = (at.cast(pl.Int32) - 1).clip(0)
    return _looked_up(calibration.ppm, place, pl.Int32).alias("ppm")


def _smallest(card: Scorecard) -> type[pl.DataType]:
    """Int16 where every score fits: half the memory to move is nearly half the time."""
    ends = (card.scale.base_points, card.lowest_points)
    return pl.Int16 if all(abs(end) < _FITS for end in ends) else pl.Int32


def _losses(one: Characteristic, kind: type[pl.DataType]) -> pl.Expr:
    axis = one.axes[0]
    if len(one.axes) == 1:
        return _by_place(axis, one.points, kind)
    return _looked_up(one.points, characteristic_place(one), kind)


def characteristic_place(one: Characteristic) -> pl.Expr:
    """Which of the flat places of one characteristic the facts fall into (Int32)."""
    place = _place(one.axes[0])
    for other in one.axes[1:]:
        place = place * other.places + _place(other)
    return place.alias(one.name)


def _place(axis: Axis) -> pl.Expr:
    return _by_place(axis, range(axis.places), pl.Int32)


def _by_place(axis: Axis, told: Sequence[int], kind: type[pl.DataType]) -> pl.Expr:
    """For each value what its place is told."""
    missing = pl.lit(told[axis.missing], dtype=kind)
    if axis.levels is not None:
        text = _level_text(pl.col(axis.input))
        found = _by_level(text, axis.levels, told, kind)
        return pl.when(text.is_null()).then(missing).otherwise(found)
    value = pl.col(axis.input).cast(pl.Float64)
    found = _halved(value, axis.edges or (), told, 0, axis.missing, kind)
    # of null "is it a number" is null, which takes the other way, as not a number does
    return pl.when(value.is_not_nan()).then(found).otherwise(missing)


def _by_level(
    text: pl.Expr, levels: Sequence[str], told: Sequence[int], kind: type[pl.DataType]
) -> pl.Expr:
    if len(levels) > _MOST_COMPARED:
        named = dict(zip(levels, told, strict=False))
        return text.replace_strict(named, default=told[len(levels)], return_dtype=kind)
    found: pl.Expr = pl.lit(told[len(levels)], dtype=kind)
    for level, one in zip(levels, told, strict=False):
        found = pl.when(text == level).then(pl.lit(one, dtype=kind)).otherwise(found)
    return found


def _halved(
    value: pl.Expr,
    edges: Sequence[float],
    told: Sequence[int],
    first: int,
    end: int,
    kind: type[pl.DataType],
) -> pl.Expr:
    """Places `first` to before `end`, halved until they tell the same: four comparisons for ten."""
    if len(set(told[first:end])) == 1:
        return pl.lit(told[first], dtype=kind)
    middle = (first + end) // 2
    return (
        pl.when(value < edges[middle - 1])
        .then(_halved(value, edges, told, first, middle, kind))
        .otherwise(_halved(value, edges, told, middle, end, kind))
    )


def _level_text(value: pl.Expr) -> pl.Expr:
    """As `axes.level_text`; a fraction of nothing (3.0) reads 3."""
    return value.cast(pl.String).str.replace(r"\.0+$", "")


def _looked_up(table: Sequence[int], place: pl.Expr, kind: type[pl.DataType]) -> pl.Expr:
    return pl.lit(pl.Series(table, dtype=kind)).gather(place)
