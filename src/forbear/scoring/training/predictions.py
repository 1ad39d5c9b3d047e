"""What `forbear scoring predict` writes: one row for each row asked about, in its order.

Ids under their own names, then `probability`, `points`, `base_points` and `reasons`: every
characteristic of the card with its points, largest loss first, equal ones in the card's order. A
card of amounts tells `amount`, `low` and `high` in minor units in place of the probability.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import polars as pl

from forbear.primitives.errors import require
from forbear.scoring import points_columns
from forbear.scoring.cards import WHOLE, Scorecard
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.training.samples import Sample

TAKEN = ("probability", "amount", "low", "high", "points", "base_points", "reasons")
SLICE = 200_000


def predictions(card: Scorecard, sample: Sample) -> pl.DataFrame:
    """The card's answer for each row of the sample."""
    missing = [name for name in card.inputs if name not in sample.frame.columns]
    if missing:
        raise ScoringRefused(
            "column-missing",
            f"The card reads {', '.join(missing)}, which the data do not have: a score without them "
            "would be another score. Give the same columns the card was trained on.",
        )
    taken = [name for name in sample.ids.columns if name in TAKEN]
    if taken:
        raise ScoringRefused(
            "column-name-taken",
            f"An id column is called {taken[0]}, as a column of the answer is: rename it.",
        )
    return pl.concat(list(_slices(card, sample)))


def write_predictions(frame: pl.DataFrame, out: Path) -> None:
    """Whole or not at all: written beside, then put in place."""
    waiting = out.with_name(f".{out.name}.tmp")
    try:
        with waiting.open("wb") as opened:
            frame.write_parquet(opened, compression="zstd", statistics=False)
        waiting.replace(out)
    except OSError as fault:
        with suppress(OSError):
            waiting.unlink(missing_ok=True)
        raise ScoringRefused(
            "out-unwritable",
            f"Cannot write {out}: {fault.strerror or fault}. Nothing was written; name a file in a "
            "folder that can be written and has room.",
        ) from fault


def _slices(card: Scorecard, sample: Sample) -> Iterator[pl.DataFrame]:
    for start in range(0, max(sample.rows, 1), SLICE):
        rows = sample.frame.select(card.inputs).slice(start, SLICE)
        yield pl.concat([sample.ids.slice(start, SLICE), _answers(card, rows)], how="horizontal")


def _answers(card: Scorecard, rows: pl.DataFrame) -> pl.DataFrame:
    """Losses once for each characteristic; sorted by (points, place in the card) in each row."""
    count = len(card.characteristics)
    losses = rows.lazy().select(
        (points_columns.characteristic_points(one).cast(pl.Int64) * count + number).alias(
            str(number)
        )
        for number, one in enumerate(card.characteristics)
    )
    names = pl.Enum([one.name for one in card.characteristics])
    order = pl.element() - pl.element().floordiv(count) * count
    listed = pl.concat_list([str(number) for number in range(count)]).list.sort()
    total = pl.col("reasons").list.eval(pl.element().floordiv(count)).list.sum()
    scored = (total + card.scale.base_points).cast(pl.Int32)
    answered = losses.select(reasons=listed).select(
        scored.alias("points"),
        pl.lit(card.scale.base_points, dtype=pl.Int32).alias("base_points"),
        pl.col("reasons").list.eval(
            pl.struct(
                order.cast(pl.UInt32)
                .replace_strict(list(range(count)), list(names.categories), return_dtype=pl.String)
                .alias("characteristic"),
                pl.element().floordiv(count).cast(pl.Int32).alias("points"),
            )
        ),
    )
    told = pl.col("points")
    if card.calibration is not None:
        ppm = points_columns.probability_ppm(card.calibration, told)
        first = [(ppm / WHOLE).alias("probability")]
    else:
        first = _amounts(card, told)
    return answered.select(*first, pl.all()).collect()


def _amounts(card: Scorecard, told: pl.Expr) -> list[pl.Expr]:
    """An amount in minor units, and the interval that holds as often as the card says."""
    interval = card.interval
    require(interval is not None, "a card of amounts has an interval")
    below, above = (interval.below, interval.above) if interval else (0, 0)
    return [
        told.cast(pl.Int64).alias("amount"),
        (told.cast(pl.Int64) + below).alias("low"),
        (told.cast(pl.Int64) + above).alias("high"),
    ]
