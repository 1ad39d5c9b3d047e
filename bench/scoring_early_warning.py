"""Early warning on the card panel: who is warned of, and how early: `python bench/scoring_early_warning.py`.

Every month so many accounts can be looked after (`--capacity`, a share of the accounts that month).
Warned are those with the fewest points by tables that saw neither the account nor the last months;
held against the current status alone (worse status first, accounts of one status drawn). Precision:
warned account-months followed by 60+ days past due within six months; recall: the part of all such
account-months that was warned of. Lead: months from an account's first warning of the year before to
its month at 60+.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from forbear.scoring.measures import Floats, wilson_interval
from forbear.scoring.training.card_panel import panel_sample, read_panel
from forbear.scoring.training.folds import fold_sample
from forbear.scoring.training.validating import unseen_scores

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "card_monthly_status_panel"
SEED, DRAWS = 1, 400
STATUS_ORDER = {"late": 3.0, "0": 2.0, "X": 1.0, "C": 0.0}
BAD = ["2", "3", "4", "5"]
YEAR = 12


def warned(risk: Floats, months: Floats, capacity: float, draw: Floats) -> np.ndarray:
    """Which rows are warned of: the riskiest share of each month, ties settled by a draw."""
    order = np.lexsort((draw, -risk, months))
    place = np.zeros(len(risk), dtype=np.int64)
    _, starts, counts = np.unique(months[order], return_index=True, return_counts=True)
    place[order] = np.arange(len(risk)) - np.repeat(starts, counts)
    many = np.ceil(counts * capacity)
    return place < many[np.searchsorted(np.unique(months), months)]


def lead_months(ids: pl.DataFrame, is_warned: np.ndarray, rows: pl.DataFrame) -> list[int]:
    """Months from the first warning in the year before to 60+, for accounts warned of in time."""
    first_bad = (
        rows.filter(pl.col("STATUS").is_in(BAD))
        .group_by("ID")
        .agg(pl.col("MONTHS_BALANCE").cast(pl.Int64).alias("bad"))
        .explode("bad")
    )
    first = (
        ids.filter(pl.Series(is_warned))
        .with_columns(pl.col("MONTHS_BALANCE").cast(pl.Int64))
        .join(first_bad, on="ID")
        .filter(pl.col("bad") > pl.col("MONTHS_BALANCE"))
        # the first month at 60+ after the warning
        .group_by("ID", "MONTHS_BALANCE")
        .agg(pl.col("bad").min())
        .filter(pl.col("bad") - pl.col("MONTHS_BALANCE") <= YEAR)
        .group_by("ID", "bad")
        .agg(pl.col("MONTHS_BALANCE").min().alias("warned"))
    )
    return (first["bad"] - first["warned"]).to_list()


def told(
    events: Floats, is_warned: np.ndarray, leads: list[int], persons: np.ndarray
) -> dict[str, Any]:
    """Precision, recall (95 % by account) and the median lead."""
    hits = events * is_warned
    code = np.unique(persons, return_inverse=True)[1]
    by = [np.bincount(code, one) for one in (hits, is_warned.astype(float), events)]
    chance = np.random.Generator(np.random.Philox(SEED))
    drawn = []
    for _ in range(DRAWS):
        take = np.bincount(chance.integers(0, len(by[0]), len(by[0])), minlength=len(by[0]))
        hit, many, bad = (float(np.sum(take * one)) for one in by)
        drawn.append((hit / many, hit / bad))
    (p_low, r_low), (p_high, r_high) = np.quantile(drawn, (0.025, 0.975), axis=0)
    return {
        "warned": int(is_warned.sum()),
        "precision": [round(float(hits.sum() / is_warned.sum()), 4), round(p_low, 4), round(p_high, 4)],
        "recall": [round(float(hits.sum() / events.sum()), 4), round(r_low, 4), round(r_high, 4)],
        "accounts_warned_in_time": len(leads),
        "median_lead_months": float(np.median(leads)) if leads else None,
    }  # fmt: skip


def main() -> None:
    """Print both orders at each capacity."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--capacity", type=float, nargs="*", default=[0.005, 0.01, 0.02, 0.05])
    parser.add_argument("--json", type=Path, default=Path("build/scoring_early_warning.json"))
    asked = parser.parse_args()
    rows, applicants, _ = read_panel(DATA)
    sample = panel_sample(rows, applicants, with_outcomes=True)
    known = sample.only(sample.known())
    folding = fold_sample(known, seed=SEED)
    unseen = unseen_scores(known, folding, seed=SEED, challengers={})
    own = known.only(unseen.rows)
    months = np.asarray(own.times)
    status = own.frame["status_now"].replace_strict(STATUS_ORDER, return_dtype=pl.Float64)
    draw = np.random.Generator(np.random.Philox(SEED)).uniform(size=own.rows)
    found: dict[str, Any] = {
        "rows": own.rows,
        "events": int(unseen.events.sum()),
        "months": [int(months.min()), int(months.max())],
        "rate": wilson_interval(int(unseen.events.sum()), own.rows),
    }
    for capacity in asked.capacity:
        for name, risk in (("points", -unseen.points), ("status_alone", status.to_numpy())):
            chosen = warned(risk.astype(np.float64), months, capacity, draw)
            leads = lead_months(own.ids, chosen, rows)
            found[f"{name} at {capacity:.1%}"] = told(unseen.events, chosen, leads, own.persons)
    print(json.dumps(found, indent=1))
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    asked.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
