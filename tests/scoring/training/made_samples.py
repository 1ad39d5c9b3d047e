"""Invented rows whose truth is known, for tests of training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from forbear.scoring.measures import Floats


def chance_of(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(seed))


def logistic(score: Floats) -> Floats:
    return 1 / (1 + np.exp(-score))


def made_table(rows: int = 1_200, seed: int = 3) -> pl.DataFrame:
    """Bad with log-odds -1.5 + late + (0.8 if job is none); `noise` says nothing."""
    chance = chance_of(seed)
    late = chance.normal(size=rows)
    job = chance.choice(["none", "wage", "own"], rows)
    truth = logistic(-1.5 + late + np.where(job == "none", 0.8, 0.0))
    return pl.DataFrame(
        {
            "case": np.arange(rows),
            "late": late.round(3),
            "job": job,
            "noise": chance.normal(size=rows).round(3),
            "bad": (chance.uniform(size=rows) < truth).astype(int),
            "truth": truth,
        }
    )


def write_table(folder: Path, frame: pl.DataFrame, name: str = "cases.parquet") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    frame.write_parquet(path) if path.suffix == ".parquet" else frame.write_csv(path)
    return path
