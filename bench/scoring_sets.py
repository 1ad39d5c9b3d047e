"""The points table against LightGBM and WOE with logistic on six public sets, on the same folds.

`make .venv-bench/.bench`, then `.venv-bench/bin/python bench/scoring_sets.py [set ...]`. Each set's
figures are written when it is done (`build/scoring_sets/SET.json`), so a run broken off goes on. All
figures are of rows left out (whole persons; on the panel also later months); intervals are 95 %,
drawn by person, differences paired. `--repeats` asks the points table again on other folds.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from optbinning import BinningProcess
from sklearn.linear_model import LogisticRegression

from forbear.scoring.measures import Floats, auc, calibration_line
from forbear.scoring.measures_intervals import Told, compared
from forbear.scoring.training.calibrating import (
    calibrated,
    cross_calibrated,
    per_log_odds,
    shrinkage,
)
from forbear.scoring.training.card_panel import panel_sample, read_panel
from forbear.scoring.training.challengers import CHALLENGERS, Learned
from forbear.scoring.training.folds import fold_sample
from forbear.scoring.training.guards import without_constants
from forbear.scoring.training.samples import Sample
from forbear.scoring.training.superlender import read_superlender, superlender_sample
from forbear.scoring.training.tables import TableOptions, table_sample
from forbear.scoring.training.validating import unseen_scores

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SEED, DRAWS = 1, 500
LENDINGCLUB_INPUTS = ("grade", "sub_grade", "installment", "int_rate")
BONDORA_DROPPED = (
    "Gender", "marital.1", "marital.2", "marital.3", "marital.4", "marital.5", "livingw.parents",
)  # fmt: skip


def optbinning_woe(sample: Sample, weights: Floats, seed: int) -> Learned:
    """optbinning's optimal monotone bins as weight of evidence, then logistic regression."""
    names = [feature.name for feature in sample.features]
    levels = [feature.name for feature in sample.features if feature.kind == "level"]

    def frame(asked: Sample) -> pd.DataFrame:
        return pd.DataFrame(
            {
                name: np.array(
                    ["missing" if one is None else one for one in asked.frame[name].to_list()],
                    dtype=object,
                )
                if name in levels
                else asked.frame[name].to_numpy()
                for name in names
            }
        )

    events = np.asarray(sample.events, dtype=np.int64)
    process = BinningProcess(names, categorical_variables=levels, max_n_prebins=20)
    process.fit(frame(sample), events, sample_weight=weights)

    def evidence(asked: Sample) -> Floats:
        told = process.transform(
            frame(asked), metric="woe", metric_missing="empirical", metric_special="empirical"
        )
        return np.nan_to_num(np.asarray(told, dtype=np.float64))

    model = LogisticRegression(C=1.0, max_iter=2000, random_state=seed)
    model.fit(evidence(sample), events, sample_weight=weights)
    return lambda asked: np.asarray(model.predict_proba(evidence(asked)))[:, 1]


def superlender() -> Sample:
    """Labelled loans of July 2017; one month, so by person only."""
    tables, _ = read_superlender(DATA / "superlender_ng", with_outcomes=True)
    return superlender_sample(tables, with_outcomes=True)


def panel() -> Sample:
    """Account-months below 60 days late whose six months are known."""
    rows, applicants, _ = read_panel(DATA / "card_monthly_status_panel")
    return panel_sample(rows, applicants, with_outcomes=True)


def panel_by_person() -> Sample:
    """The same without regard to time, as the set's README measures."""
    return replace(panel(), times=None)


def table(folder: str, options: TableOptions) -> Callable[[], Sample]:
    """A set of one file."""
    return lambda: table_sample(DATA / folder, options)


SETS: dict[str, Callable[[], Sample]] = {
    "superlender_ng": superlender,
    "card_monthly_status_panel": panel,
    "card_monthly_status_panel_by_person": panel_by_person,
    "lendingclub_2015_outcomes": table(
        "lendingclub_2015_outcomes",
        TableOptions(
            target="loan_status", event="Charged Off", ids=("id",), inputs=LENDINGCLUB_INPUTS
        ),
    ),
    "uci_taiwan_card": table(
        "uci_taiwan_card",
        TableOptions(
            target="default_payment_next_month", ids=("ID",), drop=("SEX", "MARRIAGE"),
        ),
    ),
    "give_me_some_credit": table(
        "give_me_some_credit", TableOptions(target="SeriousDlqin2yrs", ids=("id",))
    ),
    "bondora_p2p_default": table(
        "bondora_p2p_default/loans.parquet",
        TableOptions(target="default", ids=("row_id",), drop=BONDORA_DROPPED),
    ),
}  # fmt: skip


def measured(sample: Sample, repeats: int) -> dict[str, Any]:
    """Every model's measures on the same rows left out, and differences from the points table."""
    known = without_constants(sample.only(sample.known()))
    folding = fold_sample(known, seed=SEED)
    models = {**CHALLENGERS, "woe_optbinning": optbinning_woe}
    unseen = unseen_scores(known, folding, seed=SEED, challengers=models)
    slope = shrinkage(unseen.points, unseen.events, per_unit=per_log_odds(100))
    points = unseen.drawn_in(slope)
    lowest, highest = int(points.min()), int(points.max())
    made = calibrated(points, unseen.events, unseen.folds, lowest=lowest, highest=highest)
    told = cross_calibrated(points, unseen.events, unseen.folds, made.method)
    found = compared(
        unseen.events,
        {
            "points_table": Told(-points, told),
            **{name: Told(own, own) for name, own in unseen.challengers.items()},
        },
        persons=known.persons[unseen.rows],
        seed=SEED,
        draws=DRAWS,
    )
    line = calibration_line(unseen.events, told)
    return {
        "kind": folding.kind,
        "folds": len(folding.pairs),
        "rows": len(unseen.events),
        "events": int(unseen.events.sum()),
        "inputs": len(known.features),
        "calibration": made.method,
        "slope": f"{line[0]:.6f}",
        "intercept": f"{line[1]:.6f}",
        "models": {
            name: {key: one.told() for key, one in own.items()}
            for name, own in found.measures.items()
        },
        "differences_from_points_table": {
            name: {key: one.told() for key, one in own.items()}
            for name, own in found.differences.items()
        },
        "points_table_auc_on_other_folds": [
            f"{_again(known, SEED + 1 + n):.6f}" for n in range(repeats)
        ],
    }


def _again(known: Sample, seed: int) -> float:
    folding = fold_sample(known, seed=seed)
    unseen = unseen_scores(known, folding, seed=seed, challengers={})
    return auc(unseen.events, -unseen.points)


def show(name: str, told: dict[str, Any]) -> None:
    """One set as lines."""
    print(
        f"\n{name}: {told['kind']}, {told['rows']:,} rows, {told['events']:,} events, "
        f"{told['seconds']} s"
    )
    for model, own in told["models"].items():
        cells = [
            f"{key} {own[key]['value']} ({own[key]['low']} to {own[key]['high']})"
            for key in ("auc", "ks", "brier", "ece")
        ]
        print(f"  {model:18s} " + "  ".join(cells))
    for model, own in told["differences_from_points_table"].items():
        one = own["auc"]
        print(f"  {model:18s} less points: auc {one['value']} ({one['low']} to {one['high']})")
    if told["points_table_auc_on_other_folds"]:
        print(f"  points table on other folds: {told['points_table_auc_on_other_folds']}")


def main() -> None:
    """Measure the sets named (all without a name) that are not measured yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", choices=[*SETS, []], help="names of sets")
    parser.add_argument("--out", type=Path, default=Path("build/scoring_sets"))
    parser.add_argument("--repeats", type=int, default=0, help="more folds for the points table")
    parser.add_argument("--again", action="store_true", help="measure anew what is measured")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    for name in asked.sets or SETS:
        path = asked.out / f"{name}.json"
        if asked.again or not path.exists():
            started = time.perf_counter()
            told = measured(SETS[name](), asked.repeats)
            told["seconds"] = round(time.perf_counter() - started)
            path.write_text(json.dumps(told, indent=1) + "\n")
        show(name, json.loads(path.read_text()))


if __name__ == "__main__":
    main()
