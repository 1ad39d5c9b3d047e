"""What is refused before anything is trained, each with what to do about it.

A card trained from one class, from the outcome itself or from what was only known later would look
better than any honest one; so these are refusals, not warnings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from datetime import time as time_of_day

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forbear.scoring.errors import ScoringRefused
from forbear.scoring.measures import Floats, auc
from forbear.scoring.training.column_kinds import is_blank
from forbear.scoring.training.samples import Feature, LeftOut, Sample

SEPARATES = 0.995
LEAST_EVENTS_TO_JUDGE = 20
LEAST_EVENTS = 10


def require_both_classes(events: NDArray[np.int8], column: str) -> None:
    """Raise unless events and non-events are among the known rows, enough to learn from."""
    known = events[events >= 0]
    bad = int((known == 1).sum())
    if bad == 0:
        raise ScoringRefused(
            "no-events",
            f"{column} has 0 events in {len(known)} rows with a known outcome: there is nothing to "
            "learn. Give rows in which the event happened, or name another --target.",
        )
    if bad == len(known):
        raise ScoringRefused(
            "one-class",
            f"{column} has one class only: all {len(known)} rows are events. Give rows in which the "
            "event did not happen, or name another --target.",
        )
    if min(bad, len(known) - bad) < LEAST_EVENTS:
        raise ScoringRefused(
            "too-few-events",
            f"{column} has {bad} events in {len(known)} rows; at least {LEAST_EVENTS} of each "
            "outcome are needed to train and to check. Give more rows.",
        )


def require_values(sample: Sample) -> None:
    """Raise for an input in which every value is missing."""
    for feature in sample.features:
        column = sample.frame[feature.name]
        if bool(is_blank(column).all()):
            raise ScoringRefused(
                "column-empty",
                f"Column {feature.name} has no value in any of {sample.rows} rows: nothing can be "
                f"learned from it. Fill it, or leave it out with --drop {feature.name}.",
            )


def require_not_the_outcome(sample: Sample) -> None:
    """Raise for one input that alone tells the outcome almost perfectly."""
    known = sample.known()
    if sample.events is None:
        return
    events = sample.events[known].astype(np.float64)
    if events.sum() < LEAST_EVENTS_TO_JUDGE:
        return
    for feature in sample.features:
        found = _separation(feature, sample.frame[feature.name][known], events)
        if found >= SEPARATES:
            raise ScoringRefused(
                "column-tells-outcome",
                f"Column {feature.name} alone separates the outcome (AUC {found:.4f}): it looks like "
                "the outcome itself or something known only afterwards. If so, leave it out with "
                f"--drop {feature.name}.",
            )


def require_past(frame: pl.DataFrame, dates: Sequence[str], time: str) -> None:
    """Raise for a date among the inputs that lies after the row's own time."""
    for name in dates:
        later = frame.with_row_index("row").filter(
            pl.col(name).cast(pl.Datetime) > pl.col(time).cast(pl.Datetime)
        )
        if later.height:
            row = int(later["row"][0])
            raise ScoringRefused(
                "feature-from-future",
                f"Column {name} lies after {time} in {later.height} rows, first in row {row + 1} "
                f"({_day(frame[name][row])} after {_day(frame[time][row])}): it was not known when "
                f"the score would have been asked. Leave it out with --drop {name}, or correct the "
                "dates.",
            )


def without_constants(sample: Sample) -> Sample:
    """The sample without inputs of a single value; they are listed as dropped."""
    kept, gone = [], []
    for feature in sample.features:
        if sample.frame[feature.name].n_unique() > 1:
            kept.append(feature)
        else:
            gone.append(LeftOut(feature.name, "has one value in all rows"))
    if not kept:
        raise ScoringRefused(
            "no-inputs",
            "No input with more than one value is left: there is nothing to score by. "
            "Give more columns, or fewer --drop.",
        )
    return replace(sample, features=tuple(kept), dropped=(*sample.dropped, *gone))


def _separation(feature: Feature, values: pl.Series, events: Floats) -> float:
    """How well the values alone order the outcome, in either direction, missing or not included."""
    if feature.kind == "level":
        rates = (
            pl.DataFrame({"value": values.cast(pl.String).fill_null("?"), "event": events})
            .with_columns(pl.col("event").mean().over("value").alias("rate"))
            .with_columns(pl.len().over("value").alias("rows"))
        )
        if rates["value"].n_unique() > len(events) // 10:
            return 0.5
        return auc(events, rates["rate"].to_numpy())
    number = values.cast(pl.Float64).fill_nan(None)
    missing = number.is_null().to_numpy().astype(np.float64)
    low = float(number.min()) - 1 if number.count() else 0.0  # type: ignore[arg-type]
    filled = number.fill_null(low).to_numpy()
    return max(max(a, 1 - a) for a in (auc(events, filled), auc(events, missing)))


def _day(value: object) -> str:
    if isinstance(value, datetime) and value.time() == time_of_day.min:
        value = value.date()
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
