"""From a sample to a card: guards, trials on rows left out, the final table, its probabilities.

The final table is grown on all rows with a known outcome. Its slope and its probabilities come from
the trials, so from rows no table had seen (and later in time where there is time); the measures in
the card are those of the trials, never of rows trained on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

import numpy as np

from forbear.scoring.cards import Scale, Scorecard
from forbear.scoring.training.calibrating import (
    calibrated,
    cross_calibrated,
    per_log_odds,
    shrinkage,
)
from forbear.scoring.training.challengers import CHALLENGERS
from forbear.scoring.training.compiling import POINTS_PER_DOUBLING, PointsTable, with_counts
from forbear.scoring.training.folds import fold_sample, thinned
from forbear.scoring.training.growing import grow, settings_for
from forbear.scoring.training.guards import (
    require_both_classes,
    require_not_the_outcome,
    require_values,
    without_constants,
)
from forbear.scoring.training.monitoring import fairness_told, stability_told
from forbear.scoring.training.samples import LeftOut, Sample
from forbear.scoring.training.validating import Advance, quiet, unseen_scores, validation_told

LIBRARIES = ("interpret-core", "lightgbm", "numpy", "polars", "scikit-learn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be made: names, the seed, and the digest of the data it is made from."""

    name: str
    recipe: str
    preset: str
    target: str
    seed: int
    data_digest: str
    version: int = 1
    challengers: bool = True


def fit_card(sample: Sample, order: Order, *, advance: Advance = quiet) -> Scorecard:
    """The card of a sample. Raises `ScoringRefused` where no honest card can be made."""
    if sample.events is not None:
        require_both_classes(sample.events, order.target)
    known = sample.only(sample.known())
    require_values(known)
    require_not_the_outcome(known)
    known = without_constants(known)
    folding = fold_sample(known, seed=order.seed)
    unseen = unseen_scores(
        known,
        folding,
        seed=order.seed,
        challengers=CHALLENGERS if order.challengers else {},
        advance=advance,
    )
    per_unit = per_log_odds(POINTS_PER_DOUBLING)
    slope = shrinkage(unseen.points, unseen.events, per_unit=per_unit)
    advance("grow", 0, 1)
    kept, weights = thinned(np.asarray(known.events, dtype=np.float64), seed=order.seed)
    trained = known.only(kept)
    table = grow(trained, weights, settings_for(trained, order.seed)).table(slope)
    table = with_counts(table, known)
    advance("grow", 1, 1)
    unseen = replace(unseen, points=unseen.drawn_in(slope))
    lowest, highest = _reach(table, unseen.points)
    calibration = calibrated(
        unseen.points, unseen.events, unseen.folds, lowest=lowest, highest=highest
    )
    probability = cross_calibrated(unseen.points, unseen.events, unseen.folds, calibration.method)
    advance("measure", 0, 1)
    validation = validation_told(known, unseen, probability, kind=folding.kind, seed=order.seed)
    asked = known.only(unseen.rows)
    validation["psi"] = stability_told(known, table.points_of(known))
    validation["fairness"] = fairness_told(asked, unseen.events, probability)
    advance("measure", 1, 1)
    return Scorecard(
        name=order.name,
        version=order.version,
        recipe=order.recipe,
        preset=order.preset,
        ids=tuple(sample.ids.columns),
        target=sample.target.told(),
        simulated=sample.simulated,
        scale=Scale(base_points=table.base_points, points_per_doubling=POINTS_PER_DOUBLING),
        characteristics=table.characteristics,
        calibration=calibration,
        training=_training(known, table, order, slope, trained.rows),
        validation=validation,
    )


def libraries() -> dict[str, str]:
    """Versions of what trained the card."""
    return {name: version(name) for name in LIBRARIES}


def _reach(table: PointsTable, seen: np.ndarray[Any, np.dtype[np.int64]]) -> tuple[int, int]:
    """Lowest and highest score that can be reached or was seen in a trial."""
    lowest = table.base_points + sum(min(one.points) for one in table.characteristics)
    return min(lowest, int(seen.min())), max(table.base_points, int(seen.max()))


def _training(
    known: Sample, table: PointsTable, order: Order, slope: float, grown_on: int
) -> dict[str, Any]:
    used = {axis.input for one in table.characteristics for axis in one.axes}
    idle = tuple(
        LeftOut(feature.name, "adds nothing once the others are known")
        for feature in known.features
        if feature.name not in used
    )
    events = np.asarray(known.events)
    told: dict[str, Any] = {
        "rows": known.rows,
        "events": int(events.sum()),
        "persons": len(np.unique(known.persons)),
        "rows_grown_on": grown_on,
        "from": known.span[0] if known.span else None,
        "until": known.span[1] if known.span else None,
        "seed": order.seed,
        "slope": f"{slope:.6f}",
        "data_digest": order.data_digest,
        "libraries": libraries(),
        "refused": [one.told() for one in known.refused],
        "dropped": [one.told() for one in (*known.dropped, *idle)],
    }
    if known.notes:
        told["notes"] = dict(known.notes)
    return told
