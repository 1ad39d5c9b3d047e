"""What the points table is held against: LightGBM, as it comes and tuned, and WOE with logistic.

None of them is ever used to score anyone. `bench/scoring_sets.py` adds optbinning's scorecard.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import lightgbm
import numpy as np
import polars as pl
from sklearn.linear_model import LogisticRegression

from forbear.scoring.measures import Floats
from forbear.scoring.training.folds import grouped_folds
from forbear.scoring.training.placing import codes_of, fine_axes
from forbear.scoring.training.samples import Sample

Learned = Callable[[Sample], Floats]
Learner = Callable[[Sample, Floats, int], Learned]
WOE_PLACES = 8
ROUNDS, PATIENCE = 2000, 60
FEW_ROWS = 20_000
_GRID: tuple[dict[str, Any], ...] = (
    {"num_leaves": 2, "min_child_samples": 40, "reg_lambda": 10.0, "learning_rate": 0.05},
    {"num_leaves": 4, "min_child_samples": 40, "reg_lambda": 10.0, "learning_rate": 0.03},
    {"num_leaves": 8, "min_child_samples": 60, "reg_lambda": 10.0, "learning_rate": 0.03},
    {"num_leaves": 24, "min_child_samples": 100, "reg_lambda": 10.0, "learning_rate": 0.03},
)
_SHARED: dict[str, Any] = {
    "subsample": 0.7, "subsample_freq": 1, "colsample_bytree": 0.5, "verbose": -1,
    "deterministic": True, "force_row_wise": True,
}  # fmt: skip


def default_lightgbm(sample: Sample, weights: Floats, seed: int) -> Learned:
    """LightGBM with the settings it comes with."""
    model = lightgbm.LGBMClassifier(
        verbose=-1, n_jobs=_jobs(sample), random_state=seed, deterministic=True, force_row_wise=True
    )
    levels = _levels(sample)
    model.fit(_matrix(sample, levels), _events(sample), sample_weight=weights)
    return lambda asked: _second(model.predict_proba(_matrix(asked, levels)))


def tuned_lightgbm(sample: Sample, weights: Floats, seed: int) -> Learned:
    """LightGBM with the best of four settings and as many rounds as a fifth left out asks for."""
    levels = _levels(sample)
    matrix, events = _matrix(sample, levels), _events(sample)
    train, check = grouped_folds(sample.persons, events, folds=5, seed=seed)[0]
    found = []
    for place, grid in enumerate(_GRID):
        trial = lightgbm.LGBMClassifier(
            n_estimators=ROUNDS, n_jobs=_jobs(sample), random_state=seed, **grid, **_SHARED
        )
        trial.fit(
            matrix[train],
            events[train],
            sample_weight=weights[train],
            eval_X=matrix[check],
            eval_y=events[check],
            eval_sample_weight=[weights[check]],
            eval_metric="binary_logloss",
            callbacks=[lightgbm.early_stopping(PATIENCE, verbose=False)],
        )
        loss = float(trial.best_score_["valid_0"]["binary_logloss"])
        found.append((loss, place, int(trial.best_iteration_ or ROUNDS)))
    _, place, rounds = min(found)
    model = lightgbm.LGBMClassifier(
        n_estimators=max(int(rounds * 1.15), 10),
        n_jobs=_jobs(sample),
        random_state=seed,
        **_GRID[place],
        **_SHARED,
    )
    model.fit(matrix, events, sample_weight=weights)
    return lambda asked: _second(model.predict_proba(_matrix(asked, levels)))


def woe_logistic(sample: Sample, weights: Floats, seed: int) -> Learned:
    """Weight of evidence over quantile bins, then logistic regression: the usual score card."""
    axes = fine_axes(sample, most=WOE_PLACES)
    events = _events(sample)
    bads, goods = float((weights * events).sum()), float((weights * (1 - events)).sum())
    tables = []
    for axis in axes:
        code = codes_of(axis, sample.frame[axis.input])
        bad = np.bincount(code, weights * events, axis.places) + 0.5 * bads / (bads + goods)
        good = np.bincount(code, weights * (1 - events), axis.places) + 0.5 * goods / (bads + goods)
        tables.append(np.log(bad / bads) - np.log(good / goods))

    def evidence(asked: Sample) -> Floats:
        columns = [
            table[codes_of(axis, asked.frame[axis.input])]
            for axis, table in zip(axes, tables, strict=True)
        ]
        return np.stack(columns, axis=1)

    model = LogisticRegression(C=1.0, max_iter=2000, random_state=seed)
    model.fit(evidence(sample), events, sample_weight=weights)
    return lambda asked: _second(model.predict_proba(evidence(asked)))


CHALLENGERS: dict[str, Learner] = {
    "lightgbm_tuned": tuned_lightgbm,
    "lightgbm_default": default_lightgbm,
    "woe_logistic": woe_logistic,
}


def _jobs(sample: Sample) -> int:
    """Threads that wait for each other cost more than they give on few rows."""
    return 2 if sample.rows >= FEW_ROWS else 1


def _events(sample: Sample) -> Floats:
    return np.asarray(sample.events, dtype=np.float64)


def _levels(sample: Sample) -> dict[str, dict[str, int]]:
    """Levels of texts by how often they go bad: the order LightGBM is given them in."""
    found = {}
    for feature in sample.features:
        if feature.kind == "level":
            rates = (
                pl.DataFrame(
                    {"value": sample.frame[feature.name].cast(pl.String), "event": sample.events}
                )
                .drop_nulls("value")
                .group_by("value")
                .agg(pl.col("event").mean())
                .sort("event", "value")
            )
            found[feature.name] = {value: n for n, value in enumerate(rates["value"])}
    return found


def _matrix(sample: Sample, levels: dict[str, dict[str, int]]) -> Floats:
    columns = []
    for feature in sample.features:
        values = sample.frame[feature.name]
        if feature.kind == "level":
            values = values.cast(pl.String).replace_strict(
                levels[feature.name], default=None, return_dtype=pl.Float64
            )
        columns.append(values.cast(pl.Float64).fill_null(float("nan")).to_numpy())
    return np.stack(columns, axis=1)


def _second(both: Any) -> Floats:
    return np.asarray(both, dtype=np.float64)[:, 1]
