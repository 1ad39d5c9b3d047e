"""Fine places of every input before training: edges at quantiles, levels by how often they occur.

Edges are values of the data, cut to few digits so that a card can be read aloud; a value stands in
the place that begins at or below it.
"""

from __future__ import annotations

import math

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forbear.scoring.axes import Axis
from forbear.scoring.measures import Floats
from forbear.scoring.training.samples import Feature, Sample

FINE_PLACES = 24
MOST_LEVELS = 24
_LEVEL_SHARE, _LEVEL_ROWS = 0.005, 20
_DIGITS = 4
Codes = NDArray[np.int64]


def fine_axes(sample: Sample, *, most: int = FINE_PLACES) -> tuple[Axis, ...]:
    """An axis for each feature of the sample."""
    return tuple(_axis(feature, sample.frame[feature.name], most) for feature in sample.features)


def codes_of(axis: Axis, values: pl.Series) -> Codes:
    """The place of each value, as `Axis.place_of` over a column."""
    if axis.levels is not None:
        known = {level: n for n, level in enumerate(axis.levels)}
        text = values.cast(pl.String).str.replace(r"\.0+$", "")
        found = text.replace_strict(known, default=len(known), return_dtype=pl.Int64)
        return (
            pl.select(pl.when(text.is_null()).then(axis.missing).otherwise(found))
            .to_series()
            .to_numpy()
            .astype(np.int64)
        )
    number = values.cast(pl.Float64).fill_null(math.nan).to_numpy()
    place = np.searchsorted(np.asarray(axis.edges), number, side="right")
    return np.where(np.isnan(number), axis.missing, place).astype(np.int64)


def rounded_edge(value: float, digits: int = _DIGITS) -> float:
    """The value with so many significant digits.

    >>> rounded_edge(1234567.0), rounded_edge(0.0123456)
    (1235000.0, 0.01235)
    """
    return float(f"{value:.{digits}g}")


def coarse_axis(axis: Axis, weights: Floats, most: int) -> Axis:
    """Fewer places with about equal weight, edges from among the axis' own; levels stay."""
    if axis.edges is None or len(axis.edges) < most:
        return axis
    share = np.cumsum(weights[: len(axis.edges)]) / max(float(weights[:-1].sum()), 1e-12)
    wanted = np.arange(1, most) / most
    picked = sorted({int(np.argmin(np.abs(share - one))) for one in wanted})
    return Axis(input=axis.input, edges=tuple(axis.edges[n] for n in picked))


def _axis(feature: Feature, values: pl.Series, most: int) -> Axis:
    if feature.kind == "level":
        return Axis(input=feature.name, levels=_levels(values))
    known = values.cast(pl.Float64).drop_nulls().drop_nans().to_numpy()
    return Axis(input=feature.name, edges=_edges(known[np.isfinite(known)], most))


def _levels(values: pl.Series) -> tuple[str, ...]:
    text = values.cast(pl.String).str.replace(r"\.0+$", "").drop_nulls()
    counts = text.value_counts().sort(["count", text.name], descending=[True, False])
    fewest = max(_LEVEL_ROWS, int(_LEVEL_SHARE * len(values)))
    often = counts.filter(pl.col("count") >= fewest).head(MOST_LEVELS)
    return tuple(sorted(often[text.name].to_list()))


def _edges(known: Floats, most: int) -> tuple[float, ...]:
    values, counts = np.unique(known, return_counts=True)
    if len(values) > most:
        below = np.cumsum(counts) / counts.sum()
        wanted = np.arange(1, most) / most
        values = values[np.unique(np.minimum(np.searchsorted(below, wanted) + 1, len(values) - 1))]
        return tuple(sorted({rounded_edge(float(value)) for value in values}))
    return tuple(float(value) for value in values[1:])
