"""Self-cure is learned only where chance decided that nobody was contacted.

Borrowers whom collectors left alone by choice were left alone because they were expected to pay:
from them one learns the collectors' guess, not what would have happened without a contact
(confounding by indication). So the holdout must be random: which rows are in it may not be told
from the inputs.
"""

from __future__ import annotations

import numpy as np

from forbear.scoring.errors import ScoringRefused
from forbear.scoring.measures_intervals import Told, compared
from forbear.scoring.training.challengers import woe_logistic
from forbear.scoring.training.folds import grouped_folds
from forbear.scoring.training.samples import Sample

LEAST_HELD_OUT = 100
DRAWS = 400


def only_uncontacted(sample: Sample, *, seed: int) -> Sample:
    """The held-out rows. Raises `ScoringRefused` unless a random holdout is there."""
    held = sample.holdout
    if held is None:
        raise ScoringRefused(
            "holdout-missing",
            "Self-cure is what borrowers do when nobody contacts them; without a randomised "
            "no-contact holdout the data tell whom collectors left alone, not who pays by "
            "themselves. Name a 0/1 column with --holdout: 1 where chance left the row uncontacted.",
        )
    inside = int(held.sum())
    if min(inside, len(held) - inside) < LEAST_HELD_OUT:
        raise ScoringRefused(
            "holdout-too-small",
            f"The holdout has {inside} rows, the contacted rows are {len(held) - inside}; at least "
            f"{LEAST_HELD_OUT} of each are needed to check that chance decided. Hold out more.",
        )
    value, low, high = assignment_auc(sample, seed=seed)
    if not low <= 0.5 <= high:
        raise ScoringRefused(
            "holdout-not-random",
            f"Who was held out can be told from the inputs (AUC {value:.3f}, 95 % {low:.3f} to "
            f"{high:.3f}, chance is 0.500): the holdout was chosen, not drawn, and self-cure learned "
            "from it would be the collectors' guess. Draw the holdout at random, before anything is "
            "known of the month.",
        )
    kept = sample.only(np.flatnonzero(held == 1))
    told = {
        "holdout": f"{inside} uncontacted rows of {len(held)}; the assignment is told by the inputs "
        f"with AUC {value:.6f} (95 % {low:.6f} to {high:.6f})"
    }
    return kept.noting(told)


def assignment_auc(sample: Sample, *, seed: int) -> tuple[float, float, float]:
    """How well rows left out are told to be held out or not: AUC with its interval by person."""
    held = np.asarray(sample.holdout, dtype=np.int8)
    asked = sample.asking(held)
    told = np.zeros(sample.rows)
    for train, rest in grouped_folds(sample.persons, held.astype(float), folds=5, seed=seed):
        model = woe_logistic(asked.only(train), np.ones(len(train)), seed)
        told[rest] = model(asked.only(rest))
    found = compared(
        held, {"assignment": Told(told)}, persons=sample.persons, seed=seed, draws=DRAWS
    )
    one = found.measures["assignment"]["auc"]
    return one.value, one.low, one.high
