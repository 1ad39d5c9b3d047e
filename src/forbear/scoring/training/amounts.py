"""Cards of amounts: whole minor units that add up, with an interval that holds as often as told.

The same shapes as for probabilities, of the amount itself. The interval is split conformal: the
errors on rows no table had seen, at the ranks that hold for any distribution (V. Vovk and others
2005; J. Lei and others 2018). It says nothing of a single borrower's certainty.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from forbear.scoring.cards import AmountInterval, Scale, Scorecard
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.measures import Floats, wilson_interval
from forbear.scoring.training.compiling import PointsTable, compile_points, with_counts
from forbear.scoring.training.fitting import Order, libraries
from forbear.scoring.training.folds import grouped_folds
from forbear.scoring.training.glass_box import fit_glass_box
from forbear.scoring.training.growing import settings_for
from forbear.scoring.training.guards import require_values, without_constants
from forbear.scoring.training.placing import Codes, codes_of, fine_axes
from forbear.scoring.training.samples import Sample
from forbear.scoring.training.validating import Advance, quiet

LEVEL_PPM = 900_000
LEAST_ROWS = 200
FOLDS = 5


def fit_amount_card(sample: Sample, order: Order, *, advance: Advance = quiet) -> Scorecard:
    """A card whose base and reasons add to an amount in minor units."""
    amounts = np.asarray(sample.amounts, dtype=np.float64)
    if sample.rows < LEAST_ROWS or np.ptp(amounts) == 0:
        raise ScoringRefused(
            "too-few-rows",
            f"{order.target} has {sample.rows} rows and {len(np.unique(amounts))} amounts: at least "
            f"{LEAST_ROWS} rows that differ are needed. Give more rows.",
        )
    require_values(sample)
    known = without_constants(sample)
    told, folds = _unseen_amounts(known, order.seed, advance)
    errors = amounts - told
    interval = conformal_interval(errors)
    advance("grow", 0, 1)
    table = with_counts(_table(known, order.seed), known)
    advance("grow", 1, 1)
    return Scorecard(
        name=order.name,
        version=order.version,
        recipe=order.recipe,
        preset=order.preset,
        ids=tuple(sample.ids.columns),
        target=sample.target.told(),
        simulated=sample.simulated,
        scale=Scale(base_points=table.base_points, unit="minor"),
        characteristics=table.characteristics,
        interval=interval,
        training={
            "rows": known.rows,
            "persons": len(np.unique(known.persons)),
            "from": known.span[0] if known.span else None,
            "until": known.span[1] if known.span else None,
            "seed": order.seed,
            "data_digest": order.data_digest,
            "libraries": libraries(),
            "refused": [one.told() for one in known.refused],
            "dropped": [one.told() for one in known.dropped],
            "notes": dict(known.notes),
        },
        validation=_told(known, amounts, told, folds),
    )


def conformal_interval(errors: Floats, level_ppm: int = LEVEL_PPM) -> AmountInterval:
    """Whole offsets below and above that hold the true amount in at least `level_ppm` of new rows.

    With n errors each tail takes rank ceil((n + 1) (1 - tail)), outward to whole minor units.

    >>> found = conformal_interval(np.arange(-9.0, 10.0), 900_000)
    >>> found.below, found.above
    (-9, 9)
    """
    tail = (1_000_000 - level_ppm) / 2_000_000
    ordered = np.sort(errors)
    rank = min(math.ceil((len(ordered) + 1) * (1 - tail)), len(ordered))
    low, high = float(ordered[len(ordered) - rank]), float(ordered[rank - 1])
    return AmountInterval(level_ppm=level_ppm, below=math.floor(low), above=math.ceil(high))


def _table(sample: Sample, seed: int) -> PointsTable:
    """Shapes of the amount, turned so that the best place (the largest amount) loses nothing."""
    amounts = np.asarray(sample.amounts, dtype=np.float64)
    axes = fine_axes(sample)
    codes = [codes_of(axis, sample.frame[axis.input]) for axis in axes]
    spread = float(np.std(amounts))
    box = fit_glass_box(
        axes,
        codes,
        # less is worse: the sign makes a loss of the amount a loss of points
        -(amounts - amounts.mean()) / spread,
        weights=np.ones(sample.rows),
        directions=[feature.monotone for feature in sample.features],
        settings=replace(settings_for(sample, seed), pairs=0),
        is_amount=True,
    )
    made = compile_points(box, sample.features, per_unit=spread)
    # compile_points anchors at 500; an amount starts at the mean
    centred = PointsTable(base_points=0, characteristics=made.characteristics)
    base = round(float(np.mean(amounts - centred.points_of(sample))))
    return PointsTable(base_points=base, characteristics=made.characteristics)


def _unseen_amounts(sample: Sample, seed: int, advance: Advance) -> tuple[Floats, Codes]:
    events = np.zeros(sample.rows)
    told, folds = np.zeros(sample.rows), np.zeros(sample.rows, dtype=np.int64)
    pairs = grouped_folds(sample.persons, events, folds=FOLDS, seed=seed)
    for number, (train, rest) in enumerate(pairs):
        advance("try", number, FOLDS)
        told[rest] = _table(sample.only(train), seed).points_of(sample.only(rest))
        folds[rest] = number
    advance("try", FOLDS, FOLDS)
    return told, folds


def _told(sample: Sample, amounts: Floats, told: Floats, folds: Codes) -> dict[str, Any]:
    """Errors on rows left out, and how often an interval made from the other folds holds."""
    inside = np.zeros(len(amounts), dtype=bool)
    for fold in np.unique(folds):
        own = folds == fold
        offsets = conformal_interval((amounts - told)[~own])
        inside[own] = (amounts[own] >= told[own] + offsets.below) & (
            amounts[own] <= told[own] + offsets.above
        )
    low, high = wilson_interval(int(inside.sum()), len(inside))
    error = amounts - told
    r2 = 1 - float(np.mean(error**2)) / float(np.var(amounts))
    coverage = {"value": f"{inside.mean():.6f}", "low": f"{low:.6f}", "high": f"{high:.6f}"}
    return {
        "kind": "grouped",
        "rows": len(amounts),
        "events": 0,
        "persons": len(np.unique(sample.persons)),
        "from": sample.span[0] if sample.span else None,
        "until": sample.span[1] if sample.span else None,
        "measures": {
            "coverage": coverage,
            "r2": f"{r2:.6f}",
            "mean_absolute_error": f"{float(np.mean(np.abs(error))):.6f}",
            "median_absolute_error": f"{float(np.median(np.abs(error))):.6f}",
        },
        "reliability": [],
        "challengers": {},
        "psi": [],
        "fairness": [],
    }
