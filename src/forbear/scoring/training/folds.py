"""Which rows a trial trains on and which it is asked about: by person, and by time where there is.

A person is never in both. Where time is there, the rows asked about are later than those trained
on by at least the window the outcome needs to become known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from forbear.scoring.measures import Floats
from forbear.scoring.training.samples import Sample

Rows = NDArray[np.int64]
LATER_SHARE = 0.3
LEAST_EVENTS_EACH_SIDE = 50
MOST_TRAINED = 40_000
FEW_FOLDS_FROM = 100_000


@dataclass(frozen=True, slots=True)
class Folding:
    """How rows are divided: "out_of_time" or "grouped", and the pairs of trained and asked rows."""

    kind: Literal["out_of_time", "grouped"]
    pairs: tuple[tuple[Rows, Rows], ...]

    def numbers(self, rows: int) -> NDArray[np.int64]:
        """The fold in which a row is asked about; -1 for none."""
        found = np.full(rows, -1, dtype=np.int64)
        for number, (_, asked) in enumerate(self.pairs):
            found[asked] = number
        return found


def grouped_folds(
    persons: NDArray[np.int64], events: Floats, *, folds: int, seed: int
) -> list[tuple[Rows, Rows]]:
    """Folds of whole persons, those with an event spread evenly; the seed settles the rest."""
    code, place = np.unique(persons, return_inverse=True)
    has_event = np.zeros(len(code), dtype=np.int64)
    np.maximum.at(has_event, place, (events > 0).astype(np.int64))
    chance = np.random.Generator(np.random.Philox(seed))
    fold = np.zeros(len(code), dtype=np.int64)
    for kind in (0, 1):
        own = np.flatnonzero(has_event == kind)
        fold[chance.permutation(own)] = np.arange(len(own)) % folds
    number = fold[place]
    return [(np.flatnonzero(number != n), np.flatnonzero(number == n)) for n in range(folds)]


def fold_sample(sample: Sample, *, seed: int, folds: int | None = None) -> Folding:
    """Out of time where the span allows it, else by person only. Known rows only are given."""
    events = np.asarray(sample.events, dtype=np.float64)
    count = folds or (3 if sample.rows >= FEW_FOLDS_FROM else 5)
    pairs = grouped_folds(sample.persons, events, folds=count, seed=seed)
    cut = _cut(sample, events)
    if cut is None:
        return Folding("grouped", tuple(pairs))
    times = np.asarray(sample.times)
    early, late = times < cut - sample.outcome_window, times >= cut
    return Folding(
        "out_of_time", tuple((train[early[train]], asked[late[asked]]) for train, asked in pairs)
    )


def thinned(events: Floats, *, seed: int, most: int = MOST_TRAINED) -> tuple[Rows, Floats]:
    """Rows to train on and their weights: all events, and a drawn part of the others.

    The others drawn weigh as much more as fewer they are, so rates stay what they are.
    """
    bad, good = np.flatnonzero(events == 1), np.flatnonzero(events == 0)
    keep = max(most - len(bad), len(bad))
    if len(good) <= keep:
        rows = np.arange(len(events), dtype=np.int64)
        return rows, np.ones(len(rows))
    chance = np.random.Generator(np.random.Philox(seed))
    drawn = np.sort(chance.choice(good, keep, replace=False))
    rows = np.sort(np.concatenate([bad, drawn]))
    weights = np.where(events[rows] == 1, 1.0, len(good) / keep)
    return rows, weights


def _cut(sample: Sample, events: Floats) -> int | None:
    """The first time asked about: the last `LATER_SHARE` of rows, if both sides hold enough."""
    if sample.times is None:
        return None
    cut = int(np.quantile(sample.times, 1 - LATER_SHARE))
    early = events[sample.times < cut - sample.outcome_window]
    late = events[sample.times >= cut]
    for side in (early, late):
        if min(float(side.sum()), float((1 - side).sum())) < LEAST_EVENTS_EACH_SIDE:
            return None
    return cut
