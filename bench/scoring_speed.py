"""Scores a second by the points table and by LightGBM, in one run: `python bench/scoring_speed.py`.

Both score the same invented accounts with the same facts on the same cores; the table has the places
a trained card has (12 numeric facts of 10 edges, two texts, one pair). One account alone is timed too.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path

import lightgbm
import numpy as np
import polars as pl

from forbear.scoring import points_columns
from forbear.scoring.axes import Axis
from forbear.scoring.cards import Calibration, Characteristic, Scale, Scorecard
from forbear.scoring.points import score

NUMBERS, EDGES = 12, 10
LEVELS = ("a", "b", "c", "d")
SLICE = 1_000_000
TRAINED = 50_000


def made_card(seed: int) -> Scorecard:
    """A card of the usual size, its points drawn."""
    chance = np.random.Generator(np.random.Philox(seed))

    def drawn(places: int) -> tuple[int, ...]:
        losses = -chance.integers(0, 120, places)
        return tuple(int(one) for one in losses - losses.max())

    edges = [tuple(float(e) for e in np.sort(chance.normal(size=EDGES))) for _ in range(NUMBERS)]
    axes = [Axis(input=f"x{n}", edges=own) for n, own in enumerate(edges)]
    axes += [Axis(input=f"t{n}", levels=LEVELS) for n in range(2)]
    single = [
        Characteristic(name=axis.input, axes=(axis,), points=drawn(axis.places)) for axis in axes
    ]
    coarse = tuple(Axis(input=f"x{n}", edges=edges[n][::3]) for n in range(2))
    pair = Characteristic(
        name="x0 × x1", axes=coarse, points=drawn(coarse[0].places * coarse[1].places)
    )
    listed = tuple(range(-2_000, 1_001))
    ppm = tuple(round(1e6 / (1 + 2.0 ** ((one + 500) / 100))) for one in listed)
    return Scorecard(
        name="speed", version=1, recipe="early_warning", preset="table", ids=("id",),
        target={"event": "bad", "says": {"zh-Hans": "违约", "en": "bad"}}, simulated=True,
        scale=Scale(base_points=500), characteristics=(*single, pair),
        calibration=Calibration(method="platt", points=listed, ppm=ppm),
    )  # fmt: skip


def made_accounts(rows: int, seed: int) -> pl.DataFrame:
    """Invented accounts, one value in twenty missing."""
    chance = np.random.Generator(np.random.Philox(seed))
    columns: dict[str, pl.Series] = {}
    for n in range(NUMBERS):
        values = chance.normal(size=rows)
        values[chance.uniform(size=rows) < 0.05] = np.nan
        columns[f"x{n}"] = pl.Series(values).fill_nan(None)
    for n in range(2):
        columns[f"t{n}"] = pl.Series(np.array(LEVELS)[chance.integers(0, len(LEVELS), rows)])
    return pl.DataFrame(columns)


def by_table(card: Scorecard, accounts: pl.DataFrame) -> pl.DataFrame:
    """Points and probability of every account."""
    scored = accounts.lazy().select(points_columns.points(card))
    calibration = card.calibration
    assert calibration is not None
    ppm = points_columns.probability_ppm(calibration, pl.col("points"))
    return scored.with_columns(ppm).collect(engine="streaming")


def matrix(accounts: pl.DataFrame) -> np.ndarray:
    """Numbers as LightGBM takes them, texts as codes."""
    codes = {level: n for n, level in enumerate(LEVELS)}
    return accounts.with_columns(
        pl.col("^t.*$").replace_strict(codes, return_dtype=pl.Float64),
        pl.col("^x.*$").fill_null(float("nan")),
    ).to_numpy()


def trained_machine(seed: int) -> lightgbm.LGBMClassifier:
    """LightGBM as it comes (100 trees of 31 leaves), on invented outcomes."""
    accounts = made_accounts(TRAINED, seed)
    x = matrix(accounts)
    chance = np.random.Generator(np.random.Philox(seed))
    risk = np.nan_to_num(x[:, :4]).sum(axis=1) + chance.normal(size=TRAINED)
    model = lightgbm.LGBMClassifier(n_jobs=2, verbose=-1, random_state=seed)
    return model.fit(x, (risk > 1).astype(int))


def main() -> None:
    """Print accounts a second for both, their ratio, and one account's time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=10_000_000)
    parser.add_argument("--machine-accounts", type=int, default=1_000_000)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    card, machine = made_card(1), trained_machine(1)
    part = made_accounts(SLICE, 2)
    turns = max(1, asked.accounts // SLICE)
    by_table(card, part)
    started, spent = time.perf_counter(), time.process_time()
    for _ in range(turns):
        by_table(card, part)
    table_rate = turns * SLICE / (time.perf_counter() - started)
    table_cpu_rate = turns * SLICE / (time.process_time() - spent)
    few = part.head(asked.machine_accounts)
    started, spent = time.perf_counter(), time.process_time()
    machine.predict_proba(matrix(few))
    machine_rate = few.height / (time.perf_counter() - started)
    machine_cpu_rate = few.height / (time.process_time() - spent)
    rows = part.head(2_000).to_dicts()
    times = []
    for row in rows:
        began = time.perf_counter()
        score(card, row)
        times.append(time.perf_counter() - began)
    told = {
        "accounts": turns * SLICE,
        "table_accounts_a_second": round(table_rate),
        "lightgbm_accounts_a_second": round(machine_rate),
        "ratio": round(table_rate / machine_rate, 1),
        # of processor time, which others on the machine do not slow down
        "table_accounts_a_cpu_second": round(table_cpu_rate),
        "lightgbm_accounts_a_cpu_second": round(machine_cpu_rate),
        "one_account_microseconds_median": round(statistics.median(times) * 1e6, 1),
        "one_account_microseconds_p99": round(sorted(times)[int(len(times) * 0.99)] * 1e6, 1),
        "threads": pl.thread_pool_size(),
    }
    print(json.dumps(told, indent=2))
    if asked.json:
        asked.json.parent.mkdir(parents=True, exist_ok=True)
        asked.json.write_text(json.dumps(told, indent=2) + "\n")


if __name__ == "__main__":
    main()
