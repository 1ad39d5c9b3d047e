"""Intervals of measures by drawing persons with replacement; two scores share every draw.

Rows of one person resemble each other: drawing rows would make intervals too narrow. Differences
are taken within a draw (paired), not between two intervals. B. Efron and R. Tibshirani, An
Introduction to the Bootstrap (1993), chapter 13 (percentile intervals).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forbear.scoring.errors import ScoringRefused
from forbear.scoring.measures import (
    Floats,
    Ranked,
    brier,
    brier_skill,
    equal_mass_bins,
    expected_calibration_error,
)

DRAWS = 500
MEASURES = ("auc", "ks", "brier", "brier_skill", "ece")


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float

    def told(self) -> dict[str, str]:
        """As a card writes it: texts with six decimals."""
        return {name: f"{getattr(self, name):.6f}" for name in ("value", "low", "high")}


@dataclass(frozen=True, slots=True)
class Told:
    """What one model says of the rows: a risk to order by, and a probability (None: no such)."""

    risk: ArrayLike
    probability: ArrayLike | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Measures of each model, and each one's difference from the first."""

    measures: Mapping[str, Mapping[str, Interval]]
    differences: Mapping[str, Mapping[str, Interval]]


class _Measured:
    """One model's rows, made ready to be measured under many weightings."""

    def __init__(self, events: Floats, told: Told) -> None:
        self.events = events
        self.ranked = Ranked.of(events, told.risk)
        self.probability = (
            None if told.probability is None else np.asarray(told.probability, dtype=np.float64)
        )
        if self.probability is not None:
            self.bin = equal_mass_bins(self.probability)
            self.squares = (self.probability - events) ** 2

    def whole(self) -> dict[str, float]:
        """The measures of all rows."""
        found = {"auc": self.ranked.auc(), "ks": self.ranked.ks()}
        if self.probability is not None:
            found["brier"] = brier(self.events, self.probability)
            found["brier_skill"] = brier_skill(self.events, self.probability)
            found["ece"] = expected_calibration_error(self.events, self.probability)
        return found

    def drawn(self, weights: Floats) -> dict[str, float]:
        """The same, of one draw; the bins of the calibration error stay those of all rows."""
        bads, goods = self.ranked.shares(weights)
        seen = np.cumsum(goods)
        found = {
            "auc": float(np.sum(bads * (seen - goods / 2))),
            "ks": float(np.max(np.abs(seen - np.cumsum(bads)))),
        }
        if self.probability is not None:
            total = float(weights.sum())
            rate = float(np.sum(weights * self.events)) / total
            found["brier"] = float(np.sum(weights * self.squares)) / total
            found["brier_skill"] = 1 - found["brier"] / (rate * (1 - rate))
            gaps = np.bincount(self.bin, weights * (self.probability - self.events))
            found["ece"] = float(np.sum(np.abs(gaps))) / total
        return found


def compared(
    events: ArrayLike,
    models: Mapping[str, Told],
    *,
    persons: ArrayLike,
    seed: int,
    draws: int = DRAWS,
) -> Compared:
    """Every model's measures and paired differences (other less first), 95 % by person."""
    happened = np.asarray(events, dtype=np.float64)
    code = np.unique(np.asarray(persons), return_inverse=True)[1]
    count = int(code.max()) + 1
    ready = {name: _Measured(happened, told) for name, told in models.items()}
    chance = np.random.Generator(np.random.Philox(seed))
    found: dict[str, list[dict[str, float]]] = {name: [] for name in models}
    for _ in range(draws):
        weights = _draw(chance, count, code)
        if not 0 < float(np.sum(weights * happened)) < float(weights.sum()):
            continue
        for name, model in ready.items():
            found[name].append(model.drawn(weights))
    if len(found[next(iter(models))]) < draws // 2:
        raise ScoringRefused(
            "too-few-events",
            "Most draws of persons hold only one outcome: no interval can be told. Give more rows.",
        )
    whole = {name: model.whole() for name, model in ready.items()}
    first = next(iter(models))
    return Compared(
        measures={
            name: {one: _interval(whole[name][one], found[name], one) for one in whole[name]}
            for name in models
        },
        differences={
            name: _differences(whole[name], whole[first], found[name], found[first])
            for name in models
            if name != first
        },
    )


def _draw(chance: np.random.Generator, count: int, code: NDArray[np.intp]) -> Floats:
    drawn = np.bincount(chance.integers(0, count, count), minlength=count)
    weights: Floats = drawn[code].astype(np.float64)
    return weights


def _interval(value: float, drawn: list[dict[str, float]], name: str) -> Interval:
    low, high = np.quantile([one[name] for one in drawn], (0.025, 0.975))
    return Interval(value, float(low), float(high))


def _differences(
    own: Mapping[str, float],
    first: Mapping[str, float],
    drawn: list[dict[str, float]],
    first_drawn: list[dict[str, float]],
) -> dict[str, Interval]:
    return {
        name: _interval(
            own[name] - first[name],
            [{name: a[name] - b[name]} for a, b in zip(drawn, first_drawn, strict=True)],
            name,
        )
        for name in own
        if name in first
    }
