"""How good a score is: discrimination, calibration, and intervals that count persons, not rows.

A `risk` is any number that rises with the chance of the bad event (points turned round, or a
probability); `events` are 1 for bad and 0 for good. Weights are for draws of the bootstrap
(`measures_intervals.py`). Definitions: T. Fawcett, An introduction to ROC analysis (2006);
E. B. Wilson (1927) for intervals of a share; D. R. Cox (1958) for slope and intercept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forbear.scoring.errors import ScoringRefused

Floats = NDArray[np.float64]
Z_95 = 1.959963984540054
BINS = 10
_SMALLEST = 1e-6


@dataclass(frozen=True, slots=True)
class Ranked:
    """Rows by the distinct value of their risk, so that many weightings are cheap to measure."""

    events: Floats
    place: NDArray[np.int64]
    places: int

    @classmethod
    def of(cls, events: ArrayLike, risk: ArrayLike) -> Ranked:
        happened = np.asarray(events, dtype=np.float64)
        values, place = np.unique(np.asarray(risk), return_inverse=True)
        return cls(happened, place.astype(np.int64), len(values))

    def shares(self, weights: Floats | None = None) -> tuple[Floats, Floats]:
        """The share of bad and of good rows at each value, lowest risk first."""
        bad = self.events if weights is None else self.events * weights
        good = 1.0 - self.events if weights is None else (1.0 - self.events) * weights
        bads = np.bincount(self.place, bad, self.places)
        goods = np.bincount(self.place, good, self.places)
        if not bads.sum() or not goods.sum():
            raise ScoringRefused(
                "one-class",
                "Only one outcome is among the rows: nothing can be told apart. "
                "Give rows with and without the event.",
            )
        return bads / bads.sum(), goods / goods.sum()

    def auc(self, weights: Floats | None = None) -> float:
        """Chance that a bad row has a higher risk than a good one, ties counting half."""
        bads, goods = self.shares(weights)
        below = np.cumsum(goods) - goods
        return float(np.sum(bads * (below + goods / 2)))

    def ks(self, weights: Floats | None = None) -> float:
        """Largest distance between the two cumulative shares (Kolmogorov-Smirnov)."""
        bads, goods = self.shares(weights)
        return float(np.max(np.abs(np.cumsum(goods) - np.cumsum(bads))))


def auc(events: ArrayLike, risk: ArrayLike) -> float:
    """Area under the ROC curve.

    >>> auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    return Ranked.of(events, risk).auc()


def ks(events: ArrayLike, risk: ArrayLike) -> float:
    """Largest distance between the cumulative shares of good and bad by risk.

    >>> ks([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.5
    """
    return Ranked.of(events, risk).ks()


def brier(events: ArrayLike, probability: ArrayLike) -> float:
    """Mean square distance of the probability from what happened.

    >>> brier([1, 0], [0.5, 0.5])
    0.25
    """
    gap = np.asarray(probability, dtype=np.float64) - np.asarray(events, dtype=np.float64)
    return float(np.mean(gap * gap))


def brier_skill(events: ArrayLike, probability: ArrayLike) -> float:
    """1 less the Brier score over that of always telling the overall rate; 0 is no skill."""
    happened = np.asarray(events, dtype=np.float64)
    rate = float(happened.mean())
    if rate in (0.0, 1.0):
        raise ScoringRefused("one-class", "Only one outcome is among the rows: skill needs both.")
    return 1.0 - brier(happened, probability) / (rate * (1.0 - rate))


def equal_mass_bins(probability: ArrayLike, bins: int = BINS) -> NDArray[np.int64]:
    """The bin of each row, bins holding about equally many rows; equal values stay together.

    >>> equal_mass_bins([0.1, 0.1, 0.2, 0.9], 2).tolist()
    [0, 0, 1, 1]
    """
    _, place, counts = np.unique(
        np.asarray(probability, dtype=np.float64), return_inverse=True, return_counts=True
    )
    middle = np.cumsum(counts) - counts / 2
    wanted = np.minimum((middle * bins / counts.sum()).astype(np.int64), bins - 1)
    return np.unique(wanted, return_inverse=True)[1][place].astype(np.int64)


def expected_calibration_error(
    events: ArrayLike, probability: ArrayLike, bins: int = BINS
) -> float:
    """Mean over equal-mass bins of the distance between the told and the seen share.

    >>> expected_calibration_error([0, 1, 1, 1], [0.25, 0.25, 0.75, 0.75], 2)
    0.25
    """
    happened = np.asarray(events, dtype=np.float64)
    told = np.asarray(probability, dtype=np.float64)
    place = equal_mass_bins(told, bins)
    gaps = np.bincount(place, told - happened)
    return float(np.sum(np.abs(gaps)) / len(told))


def wilson_interval(events: int, rows: int, z: float = Z_95) -> tuple[float, float]:
    """Interval of a share by Wilson, which stays within 0 and 1.

    >>> [round(end, 4) for end in wilson_interval(1, 10)]
    [0.0179, 0.4042]
    """
    if rows < 1:
        raise ScoringRefused("no-rows", "A share of no rows has no interval: give at least one.")
    share = events / rows
    middle = (share + z * z / (2 * rows)) / (1 + z * z / rows)
    half = z / (1 + z * z / rows) * np.sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows))
    return float(max(0.0, middle - half)), float(min(1.0, middle + half))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBin:
    """Of `n` rows told `predicted` on average, `observed` went bad (with a Wilson interval)."""

    predicted: float
    observed: float
    low: float
    high: float
    n: int


def reliability(
    events: ArrayLike, probability: ArrayLike, bins: int = BINS
) -> tuple[ReliabilityBin, ...]:
    """Told against seen, in bins of about equally many rows, lowest probability first."""
    happened = np.asarray(events, dtype=np.float64)
    told = np.asarray(probability, dtype=np.float64)
    place = equal_mass_bins(told, bins)
    found = []
    for one in range(int(place.max()) + 1):
        inside = place == one
        n, bad = int(inside.sum()), int(happened[inside].sum())
        low, high = wilson_interval(bad, n)
        mean = float(told[inside].mean())
        found.append(ReliabilityBin(predicted=mean, observed=bad / n, low=low, high=high, n=n))
    return tuple(found)


def population_stability(expected: ArrayLike, actual: ArrayLike) -> float:
    """PSI of counts by place: sum of (actual - expected share) times the log of their ratio.

    An empty place counts as half a row. 0.10 is commonly read as a change to look at, 0.25 as one
    to act on (N. Siddiqi 2006, chapter 8).

    >>> round(population_stability([50, 50], [60, 40]), 6)
    0.040547
    """
    before = np.asarray(expected, dtype=np.float64)
    after = np.asarray(actual, dtype=np.float64)
    if not before.sum() or not after.sum():
        raise ScoringRefused("no-rows", "Stability compares two sets of rows: one is empty.")
    a = np.where(before > 0, before, 0.5) / before.sum()
    b = np.where(after > 0, after, 0.5) / after.sum()
    return float(np.sum((b - a) * np.log(b / a)))


def log_odds(probability: ArrayLike) -> Floats:
    """Log-odds, with certainty cut at one in a million."""
    told = np.clip(np.asarray(probability, dtype=np.float64), _SMALLEST, 1 - _SMALLEST)
    odds: Floats = np.log(told / (1 - told))
    return odds


def logistic_line(
    events: ArrayLike, score: ArrayLike, weights: Floats | None = None
) -> tuple[float, float]:
    """(slope, intercept) of the logistic line of the events on a score, by Newton's method.

    With log-odds as score these are Cox's calibration slope (1 is right, below 1 is too bold) and
    intercept (0 is right).
    """
    happened = np.asarray(events, dtype=np.float64)
    x = np.asarray(score, dtype=np.float64)
    w = np.ones_like(x) if weights is None else weights
    centre, spread = float(np.average(x, weights=w)), float(np.std(x)) or 1.0
    design = np.stack([(x - centre) / spread, np.ones_like(x)], axis=1)
    line = np.array([0.0, float(log_odds(np.average(happened, weights=w)))])
    best = _log_likelihood(design @ line, happened, w)
    for _ in range(100):
        told = 1 / (1 + np.exp(-np.clip(design @ line, -30, 30)))
        gradient = design.T @ (w * (happened - told))
        curvature = (design * (w * told * (1 - told))[:, None]).T @ design + 1e-9 * np.eye(2)
        step = np.clip(np.linalg.solve(curvature, gradient), -5, 5)
        # a whole step overshoots where events are rare and scores skewed: halve it until it helps
        found = _log_likelihood(design @ (line + step), happened, w)
        while found < best and float(np.max(np.abs(step))) > 1e-12:
            step = step / 2
            found = _log_likelihood(design @ (line + step), happened, w)
        line, best = line + step, max(found, best)
        if float(np.max(np.abs(step))) < 1e-10:
            break
    slope = float(line[0]) / spread
    return slope, float(line[1]) - slope * centre


def _log_likelihood(odds: Floats, happened: Floats, weights: Floats) -> float:
    """Of the events under these log-odds; it only rises on the way to the line."""
    return float(np.sum(weights * (happened * odds - np.logaddexp(0.0, odds))))


def calibration_line(events: ArrayLike, probability: ArrayLike) -> tuple[float, float]:
    """(slope, intercept) of the events on the log-odds of the probability: (1, 0) is right."""
    return logistic_line(events, log_odds(probability))
