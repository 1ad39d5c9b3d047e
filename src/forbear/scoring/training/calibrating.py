"""Probability of a score, from scores told about rows the table had not seen.

Platt: a logistic line over points (J. Platt 1999). Centred isotonic: steps that only fall, each
step drawn to its middle and joined by lines, so that few scores share a probability (A. Oron and
N. Flournoy 2017). Isotonic is taken only where it does better on folds left out.
"""

from __future__ import annotations

import math

import numpy as np
from sklearn.isotonic import IsotonicRegression

from forbear.scoring.cards import WHOLE, Calibration
from forbear.scoring.measures import Floats, log_odds, logistic_line
from forbear.scoring.training.placing import Codes

LEAST_EVENTS_FOR_STEPS = 300
LINE_SHARE = 0.1
LEAST_PPM = 1


def platt(points: Codes, events: Floats, lowest: int, highest: int) -> Calibration:
    """A probability for every whole score from `lowest` to `highest`, by a logistic line."""
    slope, intercept = logistic_line(events, points.astype(np.float64))
    every = np.arange(lowest, highest + 1)
    told = 1 / (1 + np.exp(-np.clip(min(slope, 0.0) * every + intercept, -50, 50)))
    return _calibration("platt", every, told)


def isotonic(points: Codes, events: Floats, lowest: int, highest: int) -> Calibration:
    """The same by centred isotonic regression, lines between the middles of its steps.

    A tenth of Platt's line (in log-odds) keeps scores apart below the first and above the last step.
    """
    values, place, counts = np.unique(points, return_inverse=True, return_counts=True)
    rate = np.bincount(place, events) / counts
    steps = IsotonicRegression(increasing=False).fit_transform(values, rate, sample_weight=counts)
    starts = np.flatnonzero(np.concatenate([[True], np.diff(steps) != 0]))
    mass = np.add.reduceat(counts, starts).astype(np.float64)
    middle = np.add.reduceat(values * counts, starts) / mass
    # half an event in every step: no score is told to be certain
    level = (np.add.reduceat(steps * counts, starts) + 0.5) / (mass + 1.0)
    level = np.minimum.accumulate(level)
    every = np.arange(lowest, highest + 1)
    steps_told = log_odds(np.interp(every, middle, level))
    slope, intercept = logistic_line(events, points.astype(np.float64))
    mixed = (1 - LINE_SHARE) * steps_told + LINE_SHARE * (min(slope, 0.0) * every + intercept)
    return _calibration("isotonic", every, 1 / (1 + np.exp(-np.clip(mixed, -50, 50))))


def calibrated(
    points: Codes, events: Floats, folds: Codes, *, lowest: int, highest: int
) -> Calibration:
    """Platt, or isotonic where it tells folds left out better (log loss)."""
    makers = {"platt": platt, "isotonic": isotonic}
    if events.sum() < LEAST_EVENTS_FOR_STEPS:
        return platt(points, events, lowest, highest)
    losses = {name: _loss(events, cross_calibrated(points, events, folds, name)) for name in makers}
    is_better = losses["isotonic"] < losses["platt"]
    return makers["isotonic" if is_better else "platt"](points, events, lowest, highest)


def cross_calibrated(points: Codes, events: Floats, folds: Codes, method: str) -> Floats:
    """Each row's probability by a calibration that did not see its fold."""
    told = np.zeros(len(points))
    lowest, highest = int(points.min()), int(points.max())
    maker = isotonic if method == "isotonic" else platt
    for fold in np.unique(folds):
        own = folds == fold
        made = maker(points[~own], events[~own], lowest, highest)
        told[own] = np.asarray(made.ppm)[points[own] - lowest] / WHOLE
    return told


def shrinkage(points: Codes, events: Floats, *, per_unit: float) -> float:
    """By how much scores of unseen rows are too bold: 1 is right, 0.9 means a tenth too far apart."""
    slope, _ = logistic_line(events, points.astype(np.float64))
    return float(min(max(-slope * per_unit, 0.2), 2.0))


def _loss(events: Floats, told: Floats) -> float:
    cut = np.clip(told, 1e-6, 1 - 1e-6)
    return -float(np.mean(events * np.log(cut) + (1 - events) * np.log(1 - cut)))


def _calibration(method: str, every: Codes, told: Floats) -> Calibration:
    ppm = np.clip(np.rint(told * WHOLE), LEAST_PPM, WHOLE - LEAST_PPM).astype(int)
    falling = np.minimum.accumulate(ppm)
    return Calibration(
        method=method,
        points=tuple(int(n) for n in every),
        ppm=tuple(int(n) for n in falling),
    )


def per_log_odds(doubling: int) -> float:
    """Points for one unit of log-odds, when odds double with so many points."""
    return doubling / math.log(2)
