"""Two tables of a card: how its scores drifted from period to period, and how groups fare."""

from __future__ import annotations

from typing import Any

import numpy as np

from forbear.scoring.cards import WHOLE
from forbear.scoring.measures import Floats, auc, population_stability
from forbear.scoring.training.placing import Codes
from forbear.scoring.training.samples import Sample

BANDS = 10
LEAST_ROWS_TOLD = 30
MOST_PERIODS = 36
LEAST_PERIOD_ROWS = 200


def stability_told(sample: Sample, points: Codes) -> list[dict[str, str]]:
    """PSI of each month's scores against those of all rows, in ten bands of equal size."""
    if sample.times is None:
        return []
    bands = np.unique(np.quantile(points, np.arange(1, BANDS) / BANDS, method="higher"))
    place = np.searchsorted(bands, points, side="right")
    whole = np.bincount(place, minlength=len(bands) + 1)
    period = np.asarray([_period(sample, int(time)) for time in np.unique(sample.times)])
    code = period[np.unique(sample.times, return_inverse=True)[1]]
    latest = list(dict.fromkeys(period))[-MOST_PERIODS:]
    return [
        {
            "period": str(one),
            "psi": f"{population_stability(whole, _counts(place[code == one], whole)):.6f}",
        }
        for one in latest
        if int((code == one).sum()) >= LEAST_PERIOD_ROWS
    ]


def fairness_told(sample: Sample, events: Floats, probability: Floats) -> list[dict[str, Any]]:
    """Told and seen rates of each group with at least 30 rows, and how well it is told apart."""
    if sample.groups is None:
        return []
    found = []
    for attribute in sample.groups.columns:
        values = sample.groups[attribute].fill_null("?").to_numpy()
        for group in sorted(set(values)):
            own = values == group
            if int(own.sum()) >= LEAST_ROWS_TOLD:
                found.append(_group(attribute, str(group), events[own], probability[own]))
    return found


def _group(attribute: str, name: str, events: Floats, probability: Floats) -> dict[str, Any]:
    bad = int(events.sum())
    both = 0 < bad < len(events)
    return {
        "attribute": attribute,
        "group": "not known" if name == "?" else name,
        "n": len(events),
        "events": bad,
        "mean_predicted_ppm": round(float(probability.mean()) * WHOLE),
        "observed_ppm": round(bad / len(events) * WHOLE),
        "auc": f"{auc(events, probability):.6f}" if both else None,
    }


def _counts(place: Codes, whole: Codes) -> Codes:
    return np.bincount(place, minlength=len(whole))


def _period(sample: Sample, time: int) -> str:
    return sample.time_text(time)[:7] if sample.times_are == "days" else str(time)
