"""How good a card is, told from rows its trial tables had not seen (persons and, where there is
time, months apart); challengers are asked about the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from forbear.scoring.cards import WHOLE
from forbear.scoring.measures import (
    Floats,
    calibration_line,
    reliability,
)
from forbear.scoring.measures_intervals import Compared, Told, compared
from forbear.scoring.training.challengers import CHALLENGERS, Learner
from forbear.scoring.training.compiling import MIDDLE_POINTS
from forbear.scoring.training.folds import Folding, Rows, thinned
from forbear.scoring.training.growing import grow, settings_for
from forbear.scoring.training.placing import Codes
from forbear.scoring.training.samples import Sample

Advance = Callable[[str, int, int], None]
DRAWS = 500


def quiet(stage: str, done: int, total: int) -> None:
    """Progress nobody looks at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """What trial tables and challengers said of rows they were not trained on."""

    rows: Rows
    folds: Codes
    points: Codes
    events: Floats
    challengers: Mapping[str, Floats]

    def drawn_in(self, slope: float) -> Codes:
        """The points as a table compiled at this slope would give them."""
        away = (self.points - MIDDLE_POINTS) * slope
        drawn: Codes = (MIDDLE_POINTS + np.rint(away)).astype(np.int64)
        return drawn


def unseen_scores(
    sample: Sample,
    folding: Folding,
    *,
    seed: int,
    challengers: Mapping[str, Learner] = CHALLENGERS,
    advance: Advance = quiet,
) -> Unseen:
    """Trains once for each fold and asks about the rows left out."""
    rows: list[Rows] = []
    points: list[Codes] = []
    told: dict[str, list[Floats]] = {name: [] for name in challengers}
    total = len(folding.pairs)
    for number, (train, asked) in enumerate(folding.pairs):
        advance("try", number, total)
        own, other = sample.only(train), sample.only(asked)
        kept, weights = thinned(np.asarray(own.events, dtype=np.float64), seed=seed)
        trained = own.only(kept)
        grown = grow(trained, weights, settings_for(trained, seed))
        points.append(grown.table().points_of(other))
        rows.append(asked)
        for name in told:
            told[name].append(challengers[name](trained, weights, seed)(other))
    advance("try", total, total)
    everywhere = np.concatenate(rows)
    return Unseen(
        rows=everywhere,
        folds=folding.numbers(sample.rows)[everywhere],
        points=np.concatenate(points),
        events=np.asarray(sample.events, dtype=np.float64)[everywhere],
        challengers={name: np.concatenate(parts) for name, parts in told.items()},
    )


def validation_told(
    sample: Sample,
    unseen: Unseen,
    probability: Floats,
    *,
    kind: str,
    seed: int,
    draws: int = DRAWS,
) -> dict[str, Any]:
    """The card's `validation`: measures with intervals by person, reliability, challengers."""
    models = {"points": Told(-unseen.points, probability)}
    models |= {name: Told(told, told) for name, told in unseen.challengers.items()}
    found = compared(
        unseen.events, models, persons=sample.persons[unseen.rows], seed=seed, draws=draws
    )
    slope, intercept = calibration_line(unseen.events, probability)
    measures: dict[str, Any] = {name: one.told() for name, one in found.measures["points"].items()}
    measures |= {"slope": f"{slope:.6f}", "intercept": f"{intercept:.6f}"}
    return {
        "kind": kind,
        "rows": len(unseen.events),
        "events": int(unseen.events.sum()),
        "persons": len(np.unique(sample.persons[unseen.rows])),
        **_span(sample, unseen.rows, kind),
        "measures": measures,
        "reliability": reliability_told(unseen.events, probability),
        "challengers": {name: _challenger(found, name) for name in unseen.challengers},
    }


def reliability_told(events: Floats, probability: Floats) -> list[dict[str, int]]:
    """Reliability in parts per million, as a card writes it."""
    return [
        {
            "predicted_ppm": round(one.predicted * WHOLE),
            "observed_ppm": round(one.observed * WHOLE),
            "low_ppm": round(one.low * WHOLE),
            "high_ppm": round(one.high * WHOLE),
            "n": one.n,
        }
        for one in reliability(events, probability)
    ]


def _challenger(found: Compared, name: str) -> dict[str, Any]:
    told: dict[str, Any] = {key: one.told() for key, one in found.measures[name].items()}
    # the challenger less the points table, in AUC, on the same draws of persons
    told["difference"] = found.differences[name]["auc"].told()
    return told


def _span(sample: Sample, rows: Rows, kind: str) -> dict[str, Any]:
    if sample.span is None:
        return {"from": None, "until": None}
    if kind != "out_of_time" or sample.times is None:
        return {"from": sample.span[0], "until": sample.span[1]}
    return {"from": sample.time_text(int(sample.times[rows].min())), "until": sample.span[1]}
