"""The glass box: an additive model of log-odds, one shape a fact and a few pairs (EBM).

Y. Lou, R. Caruana, J. Gehrke, G. Hooker, Accurate intelligible models with pairwise interactions
(2013), by interpret-core. Facts come as places, so that a shape is a list of numbers. Pairs are
fitted after all single facts, on top of them, over coarse places; what a pair says of one fact
alone is moved back to that fact (purified).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from interpret.glassbox import ExplainableBoostingClassifier, ExplainableBoostingRegressor

from forbear.scoring.axes import Axis
from forbear.scoring.cards import Direction
from forbear.scoring.measures import Floats
from forbear.scoring.training.placing import Codes, coarse_axis

_SIGN: dict[Direction | None, int] = {"risk_rises": 1, "risk_falls": -1, None: 0}
PURIFYING_ROUNDS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the glass box is trained; the defaults are for small files."""

    seed: int
    bags: int = 8
    rate: float = 0.02
    rounds: int = 3000
    leaf: int = 20
    smoothing: int = 100
    ridge: float = 0.0
    greedy: float = 10.0
    pairs: int = 0
    pair_places: int = 6
    jobs: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What one fact (or two) adds to the log-odds of the bad event, by place."""

    axes: tuple[Axis, ...]
    scores: Floats
    weights: Floats
    monotone: Direction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GlassBox:
    """Log-odds are the intercept and every shape added."""

    intercept: float
    shapes: tuple[Shape, ...]

    def scores_of(self, codes: Sequence[Codes]) -> Floats:
        """Log-odds of rows given as fine places, for shapes of one axis each."""
        total = np.full(len(codes[0]), self.intercept)
        for shape, code in zip(self.shapes, codes, strict=True):
            total = total + shape.scores[code]
        return total


def fit_glass_box(
    axes: Sequence[Axis],
    codes: Sequence[Codes],
    outcomes: Floats,
    *,
    weights: Floats,
    directions: Sequence[Direction | None],
    settings: Settings,
    is_amount: bool = False,
) -> GlassBox:
    """Shapes of every axis, then of a few pairs; `is_amount` fits an amount instead of log-odds."""
    single = _fit_single(axes, codes, outcomes, weights, directions, settings, is_amount)
    if not settings.pairs or len(axes) < 2:
        return single
    return _with_pairs(single, axes, codes, outcomes, weights, settings, is_amount)


def _fit_single(
    axes: Sequence[Axis],
    codes: Sequence[Codes],
    outcomes: Floats,
    weights: Floats,
    directions: Sequence[Direction | None],
    settings: Settings,
    is_amount: bool,
) -> GlassBox:
    kinds = [
        "nominal" if axis.levels is not None else _cuts(len(axis.edges or ())) for axis in axes
    ]
    signs = [
        0 if axis.levels is not None else _SIGN[direction]
        for axis, direction in zip(axes, directions, strict=True)
    ]
    model = _machine(is_amount)(
        feature_types=kinds,
        interactions=0,
        monotone_constraints=signs if any(signs) else None,
        **_told(settings),
    )
    _fit(model, _matrix(axes, codes), outcomes, sample_weight=weights)
    shapes = []
    for term, features in enumerate(model.term_features_):
        feature = features[0]
        shapes.append(
            Shape(
                axes=(axes[feature],),
                scores=_scores(model, term, feature, axes[feature]),
                weights=weight_by_place(codes[feature], weights, axes[feature].places),
                monotone=directions[feature] if axes[feature].levels is None else None,
            )
        )
    intercept = float(np.ravel(model.intercept_)[0])
    return GlassBox(intercept=intercept, shapes=tuple(_neutral(shape) for shape in shapes))


def _with_pairs(
    single: GlassBox,
    axes: Sequence[Axis],
    codes: Sequence[Codes],
    outcomes: Floats,
    weights: Floats,
    settings: Settings,
    is_amount: bool,
) -> GlassBox:
    """Adds the pairs that interpret's own search (FAST) ranks first on top of the single facts."""
    coarse = [
        coarse_axis(axis, shape.weights, settings.pair_places)
        for axis, shape in zip(axes, single.shapes, strict=True)
    ]
    steps = [_coarse_of(fine, rough) for fine, rough in zip(axes, coarse, strict=True)]
    places = [step[code] for step, code in zip(steps, codes, strict=True)]
    kinds = [_cuts(axis.places - 1) for axis in coarse]
    matrix = np.stack(places, axis=1).astype(np.float64)
    model = _machine(is_amount)(
        feature_types=kinds,
        exclude="mains",
        interactions=settings.pairs,
        max_interaction_bins=64,
        **_told(settings),
    )
    start = single.scores_of(codes)
    _fit(model, matrix, outcomes, sample_weight=weights, init_score=start)
    mains = {shape.axes[0].input: shape for shape in single.shapes}
    intercept, pairs = single.intercept, []
    for term, (first, second) in enumerate(model.term_features_):
        table = np.asarray(model.term_scores_[term])[1:-1, 1:-1]
        a, b = coarse[first], coarse[second]
        flat = places[first] * b.places + places[second]
        mass = weight_by_place(flat, weights, a.places * b.places).reshape(a.places, b.places)
        pure, rows, columns, middle = purified(table, mass)
        intercept += middle
        for feature, effect in ((first, rows), (second, columns)):
            shape = mains[axes[feature].input]
            moved = shape.scores + effect[steps[feature]]
            mains[axes[feature].input] = replace(shape, scores=moved)
        pairs.append(Shape(axes=(a, b), scores=pure.ravel(), weights=mass.ravel()))
    return GlassBox(intercept=intercept, shapes=(*mains.values(), *pairs))


def purified(table: Floats, mass: Floats) -> tuple[Floats, Floats, Floats, float]:
    """(what only the pair says, the rows' part, the columns' part, the middle), by weighted means.

    >>> pure, rows, columns, middle = purified(np.array([[0.0, 1.0], [2.0, 3.0]]), np.ones((2, 2)))
    >>> pure.round(6).tolist(), rows.tolist(), columns.tolist(), middle
    ([[0.0, 0.0], [0.0, 0.0]], [-1.0, 1.0], [-0.5, 0.5], 1.5)
    """
    weight = mass + 1e-9
    middle = float(np.average(table, weights=weight))
    pure = table - middle
    rows, columns = np.zeros(table.shape[0]), np.zeros(table.shape[1])
    for _ in range(PURIFYING_ROUNDS):
        by_row = np.average(pure, axis=1, weights=weight)
        pure = pure - by_row[:, None]
        by_column = np.average(pure, axis=0, weights=weight)
        pure = pure - by_column[None, :]
        rows, columns = rows + by_row, columns + by_column
    return np.where(mass > 0, pure, 0.0), rows, columns, middle


def weight_by_place(code: Codes, weights: Floats, places: int) -> Floats:
    """The weight of the rows in each place."""
    return np.bincount(code, weights, places).astype(np.float64)


def _machine(is_amount: bool) -> Any:
    return ExplainableBoostingRegressor if is_amount else ExplainableBoostingClassifier


def _fit(model: Any, matrix: Floats, outcomes: Floats, **told: Any) -> None:
    with warnings.catch_warnings():
        # interpret's pictures show no missing values; ours (the table of points) do
        warnings.filterwarnings("ignore", message="Missing values detected")
        model.fit(matrix, outcomes, **told)


def _told(settings: Settings) -> dict[str, Any]:
    return {
        "outer_bags": settings.bags,
        "learning_rate": settings.rate,
        "max_rounds": settings.rounds,
        "min_samples_leaf": settings.leaf,
        "smoothing_rounds": settings.smoothing,
        "reg_lambda": settings.ridge,
        "greedy_ratio": settings.greedy,
        "n_jobs": settings.jobs,
        "random_state": settings.seed,
    }


def _cuts(count: int) -> list[float]:
    return [n + 0.5 for n in range(count)]


def _matrix(axes: Sequence[Axis], codes: Sequence[Codes]) -> Floats:
    columns = [
        np.where(code == axis.missing, np.nan, code.astype(np.float64))
        for axis, code in zip(axes, codes, strict=True)
    ]
    return np.stack(columns, axis=1)


def _scores(model: Any, term: int, feature: int, axis: Axis) -> Floats:
    """Scores by place of the axis; a place training never saw gets no number (NaN)."""
    raw = np.asarray(model.term_scores_[term], dtype=np.float64)
    scores = np.full(axis.places, np.nan)
    scores[axis.missing] = raw[0]
    bins = model.bins_[feature][0]
    if isinstance(bins, dict):
        for name, place in bins.items():
            scores[int(float(name))] = raw[place]
    else:
        scores[: axis.missing] = raw[1:-1]
    return scores


def _neutral(shape: Shape) -> Shape:
    """A place without rows gets the mean: not knowing is neither better nor worse."""
    scores, weights = shape.scores, shape.weights
    unseen = np.isnan(scores)
    axis = shape.axes[0]
    if weights[axis.missing] == 0:
        unseen[axis.missing] = True
    seen = ~unseen & (weights > 0)
    mean = float(np.average(scores[seen], weights=weights[seen])) if seen.any() else 0.0
    return replace(shape, scores=np.where(unseen, mean, scores))


def _coarse_of(fine: Axis, rough: Axis) -> Codes:
    """For each fine place the coarse place it lies in."""
    if fine.levels is not None or fine == rough:
        return np.arange(fine.places, dtype=np.int64)
    starts = np.asarray([-np.inf, *(fine.edges or ())])
    inside = np.searchsorted(np.asarray(rough.edges), starts, side="right")
    return np.append(inside, rough.missing).astype(np.int64)
