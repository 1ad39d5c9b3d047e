"""From shapes to whole points: few places that can be read, rounded once, the best place at 0.

Neighbouring places are joined by weighted least squares (exact, by dynamic programming): as few as
keep the shape within `TOLERANCE` of log-odds (root mean square), at most `MOST_PLACES`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forbear.scoring.axes import Axis
from forbear.scoring.cards import Characteristic
from forbear.scoring.measures import Floats
from forbear.scoring.training.glass_box import GlassBox, Shape
from forbear.scoring.training.placing import Codes, codes_of
from forbear.scoring.training.samples import Feature, Sample

MOST_PLACES = 12
TOLERANCE = 0.015
POINTS_PER_DOUBLING = 100
MIDDLE_POINTS = 500
LEAST_SPREAD_POINTS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsTable:
    """A card without its probabilities: base points and characteristics."""

    base_points: int
    characteristics: tuple[Characteristic, ...]

    def points_of(self, sample: Sample) -> Codes:
        """Whole points of each row."""
        total = np.full(sample.rows, self.base_points, dtype=np.int64)
        for one in self.characteristics:
            place = np.zeros(sample.rows, dtype=np.int64)
            for axis in one.axes:
                place = place * axis.places + codes_of(axis, sample.frame[axis.input])
            total = total + np.asarray(one.points, dtype=np.int64)[place]
        return total


def compile_points(
    box: GlassBox, features: Sequence[Feature], *, per_unit: float, slope: float = 1.0
) -> PointsTable:
    """Whole points from shapes: `per_unit` points for one unit less of the bad event's log-odds.

    With log-odds every 100 points more double the odds of the good outcome (`per_unit` is
    100 / ln 2), and 500 are what an intercept of 0 gives. `slope` draws all shapes towards none.
    """
    by_name = {feature.name: feature for feature in features}
    made, best = [], box.intercept * slope
    for shape in box.shapes:
        joined = _joined(shape)
        losses = np.rint((joined.scores.min() - joined.scores) * slope * per_unit).astype(int)
        spread = float(np.sqrt(np.cov(losses, aweights=joined.weights + 1e-9, ddof=0)))
        if not losses.any() or spread < LEAST_SPREAD_POINTS:
            best += slope * float(np.average(joined.scores, weights=joined.weights + 1e-9))
            continue
        best += slope * float(joined.scores.min())
        made.append(_characteristic(joined, losses, by_name))
    base = MIDDLE_POINTS - round(best * per_unit)
    return PointsTable(base_points=base, characteristics=tuple(made))


def with_counts(table: PointsTable, sample: Sample) -> PointsTable:
    """The same table carrying how many rows and events of training fell into each place."""
    events = np.zeros(sample.rows) if sample.events is None else sample.events
    return PointsTable(
        base_points=table.base_points,
        characteristics=tuple(
            _counted(one, sample, np.asarray(events, dtype=np.float64))
            for one in table.characteristics
        ),
    )


def segments(scores: Floats, weights: Floats, most: int, tolerance: float) -> list[int]:
    """Where each joined place begins: as few as keep within the tolerance, at most `most`.

    >>> segments(np.array([0.0, 0.0, 1.0, 1.0, 1.0]), np.ones(5), 12, 0.01)
    [0, 2]
    """
    count = len(scores)
    mass = np.concatenate([[0.0], np.cumsum(weights)])
    first = np.concatenate([[0.0], np.cumsum(weights * scores)])
    second = np.concatenate([[0.0], np.cumsum(weights * scores**2)])
    start, end = np.meshgrid(np.arange(count + 1), np.arange(count + 1), indexing="ij")
    inside = np.maximum(mass[end] - mass[start], 1e-12)
    cost = second[end] - second[start] - (first[end] - first[start]) ** 2 / inside
    cost = np.where(end > start, np.maximum(cost, 0.0), np.inf)
    reached, came = cost[0].copy(), [np.zeros(count + 1, dtype=int)]
    allowed = tolerance**2 * float(mass[-1])
    pieces = 1
    while reached[count] > allowed and pieces < min(most, count):
        total = reached[:, None] + cost
        came.append(np.argmin(total, axis=0))
        reached = np.min(total, axis=0)
        pieces += 1
    starts, at = [], count
    for step in reversed(came):
        at = int(step[at])
        starts.append(at)
    return starts[::-1]


def _joined(shape: Shape) -> Shape:
    """A shape of one numeric axis over fewer places; others as they are."""
    axis = shape.axes[0]
    if len(shape.axes) > 1 or axis.edges is None or not axis.edges:
        return shape
    known = axis.missing
    weights = shape.weights[:known] + 1e-9 * max(float(shape.weights.sum()), 1.0)
    starts = segments(shape.scores[:known], weights, MOST_PLACES, TOLERANCE)
    ends = [*starts[1:], known]
    scores = [
        float(np.average(shape.scores[a:b], weights=weights[a:b]))
        for a, b in zip(starts, ends, strict=True)
    ]
    masses = [float(shape.weights[a:b].sum()) for a, b in zip(starts, ends, strict=True)]
    return Shape(
        axes=(Axis(input=axis.input, edges=tuple(axis.edges[n - 1] for n in starts[1:])),),
        scores=np.asarray([*scores, shape.scores[known]]),
        weights=np.asarray([*masses, shape.weights[known]]),
        monotone=shape.monotone,
    )


def _characteristic(shape: Shape, losses: Codes, by_name: Mapping[str, Feature]) -> Characteristic:
    axes, points = shape.axes, [int(loss) for loss in losses]
    if len(axes) == 1 and axes[0].edges is not None:
        axis, points = _without_equal_neighbours(axes[0], points)
        axes = (axis,)
    facts = [by_name[axis.input] for axis in axes]
    return Characteristic(
        name=" × ".join(axis.input for axis in axes),
        axes=axes,
        points=tuple(points),
        monotone=shape.monotone,
        says=_said([one.says for one in facts]),
        tells=_said([one.tells for one in facts]),
        advice=facts[0].advice if len(facts) == 1 else None,
    )


def _said(texts: Sequence[Mapping[str, str]]) -> dict[str, str]:
    if len(texts) == 1:
        return dict(texts[0])
    return {
        "zh-Hans": "，与".join(text["zh-Hans"] for text in texts) + "（合看）",
        "en": "; with ".join(text["en"] for text in texts) + " (taken together)",
    }


def _without_equal_neighbours(axis: Axis, points: list[int]) -> tuple[Axis, list[int]]:
    edges = axis.edges or ()
    kept = [n for n in range(len(edges)) if points[n + 1] != points[n]]
    told = [points[0], *(points[n + 1] for n in kept), points[axis.missing]]
    return Axis(input=axis.input, edges=tuple(edges[n] for n in kept)), told


def _counted(one: Characteristic, sample: Sample, events: Floats) -> Characteristic:
    places = math.prod(axis.places for axis in one.axes)
    flat = np.zeros(sample.rows, dtype=np.int64)
    for axis in one.axes:
        flat = flat * axis.places + codes_of(axis, sample.frame[axis.input])
    return Characteristic(
        name=one.name,
        axes=one.axes,
        points=one.points,
        counts=tuple(int(n) for n in np.bincount(flat, minlength=places)),
        events=tuple(int(n) for n in np.bincount(flat, events, minlength=places)),
        monotone=one.monotone,
        says=one.says,
        tells=one.tells,
        advice=one.advice,
    )
