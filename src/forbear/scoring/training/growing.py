"""One points table from one set of rows: places, shapes, whole points."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forbear.scoring.measures import Floats
from forbear.scoring.training.calibrating import per_log_odds
from forbear.scoring.training.compiling import POINTS_PER_DOUBLING, PointsTable, compile_points
from forbear.scoring.training.glass_box import GlassBox, Settings, fit_glass_box
from forbear.scoring.training.placing import codes_of, fine_axes
from forbear.scoring.training.samples import Sample

PAIRS_FROM_ROWS, PAIRS, PAIR_PLACES = 10_000, 10, 8
FEW_EVENTS = 300


@dataclass(frozen=True, slots=True)
class Grown:
    """The glass box of some rows, ready to be compiled at any slope."""

    box: GlassBox
    sample: Sample

    def table(self, slope: float = 1.0) -> PointsTable:
        """Whole points; 500 are the average of the rows trained on, whatever their rate."""
        return compile_points(
            replace(self.box, intercept=0.0),
            self.sample.features,
            per_unit=per_log_odds(POINTS_PER_DOUBLING),
            slope=slope,
        )


def settings_for(sample: Sample, seed: int) -> Settings:
    """Few events are held back most, small files get small steps, large ones a few pairs."""
    if sample.events is not None and int((sample.events == 1).sum()) < FEW_EVENTS:
        return Settings(seed=seed, leaf=60, ridge=10.0, greedy=0.0)
    if sample.rows < PAIRS_FROM_ROWS:
        return Settings(seed=seed)
    return Settings(
        seed=seed,
        bags=6,
        rate=0.04,
        rounds=2000,
        leaf=50,
        smoothing=50,
        pairs=PAIRS,
        pair_places=PAIR_PLACES,
    )


def grow(sample: Sample, weights: Floats, settings: Settings) -> Grown:
    """The glass box of these rows (all with a known outcome)."""
    axes = fine_axes(sample)
    codes = [codes_of(axis, sample.frame[axis.input]) for axis in axes]
    box = fit_glass_box(
        axes,
        codes,
        np.asarray(sample.events, dtype=np.float64),
        weights=weights,
        directions=[feature.monotone for feature in sample.features],
        settings=settings,
    )
    return Grown(box, sample)
