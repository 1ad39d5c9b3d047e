"""How a card does on rows given to it: measures, reliability, drift against training, groups."""

from __future__ import annotations

from typing import Any

import numpy as np

from forbear.scoring.cards import WHOLE, Scorecard
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.measures import calibration_line, population_stability
from forbear.scoring.measures_intervals import Told, compared
from forbear.scoring.training.compiling import PointsTable, with_counts
from forbear.scoring.training.guards import require_both_classes
from forbear.scoring.training.monitoring import fairness_told
from forbear.scoring.training.samples import Taken
from forbear.scoring.training.validating import DRAWS, reliability_told


def report_on(card: Scorecard, taken: Taken) -> dict[str, Any]:
    """The card held against rows with outcomes. Raises `ScoringRefused` where nothing can be told."""
    if card.calibration is None:
        raise ScoringRefused(
            "report-of-amounts",
            "A card of amounts is measured in training only: see `forbear scoring report CARD`.",
        )
    sample = taken.sample
    if sample.events is not None:
        require_both_classes(sample.events, taken.target)
    known = sample.only(sample.known())
    table = PointsTable(base_points=card.scale.base_points, characteristics=card.characteristics)
    points = table.points_of(known)
    listed = np.asarray(card.calibration.points)
    place = np.clip(np.searchsorted(listed, points, side="right") - 1, 0, None)
    probability = np.asarray(card.calibration.ppm)[place] / WHOLE
    events = np.asarray(known.events, dtype=np.float64)
    seed = int(card.training.get("seed", 1))
    found = compared(
        events,
        {"points": Told(-points, probability)},
        persons=known.persons,
        seed=seed,
        draws=DRAWS,
    )
    slope, intercept = calibration_line(events, probability)
    measures: dict[str, Any] = {name: one.told() for name, one in found.measures["points"].items()}
    now = with_counts(table, known)
    return {
        "kind": "given",
        "rows": known.rows,
        "events": int(events.sum()),
        "persons": len(np.unique(known.persons)),
        "from": known.span[0] if known.span else None,
        "until": known.span[1] if known.span else None,
        "data_digest": taken.digest,
        "is_training_data": taken.digest == card.training.get("data_digest"),
        "measures": measures | {"slope": f"{slope:.6f}", "intercept": f"{intercept:.6f}"},
        "reliability": reliability_told(events, probability),
        "drift": [
            {
                "characteristic": before.name,
                "psi": f"{population_stability(before.counts, after.counts):.6f}",
            }
            for before, after in zip(card.characteristics, now.characteristics, strict=True)
            if sum(before.counts)
        ],
        "fairness": fairness_told(known, events, probability),
    }
