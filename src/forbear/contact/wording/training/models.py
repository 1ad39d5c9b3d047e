"""The three models of wording: pressing tone, intents, complaint triage; each from one command."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from forbear.contact.wording.training.fitting import features, fitted_weights, written_model
from forbear.contact.wording.training.texts import (
    LabelledText,
    cold_texts,
    complaint_texts,
    written_intents,
    written_pressing,
)

SEED = 20_261_122
OWN_WEIGHT = 10.0  # one of our texts counts as ten comments: they are few and of the trade
FOLDS = 5
ALLOWED_FALSE = 0.05  # of our own kind texts, out of fold


def pressing_model(cold: Path, /) -> str:
    """The model for pressing or abusive texts, from COLD train and the learned families of ours."""
    own = [one for one in written_pressing() if not one.is_held_out]
    comments = cold_texts(cold, "train")
    threshold = _threshold(comments, own)
    model = fitted_weights(
        [*comments, *own],
        [1.0] * len(comments) + [OWN_WEIGHT] * len(own),
        strength=8.0,
        seed=SEED,
    )
    return written_model(
        model,
        name="pressing",
        thresholds={"pressing": threshold},
        provenance={
            "learned_from": "COLD train (thu-coai/COLDataset, Apache-2.0) and written_texts/pressing.yaml",
            "comments": len(comments),
            "own_texts": len(own),
            "seed": SEED,
        },
    )


def _threshold(comments: list[LabelledText], own: list[LabelledText]) -> float:
    """Log-odds above which at most 5% of our kind texts lie, each family judged by a model without it."""
    families = sorted({one.family for one in own})
    kind: list[float] = []
    for fold in range(FOLDS):
        out = set(families[fold::FOLDS])
        learned = [one for one in own if one.family not in out]
        judged = [one for one in own if one.family in out and one.label == "kind"]
        if not judged:
            continue
        model = fitted_weights(
            [*comments, *learned],
            [1.0] * len(comments) + [OWN_WEIGHT] * len(learned),
            strength=8.0,
            seed=SEED,
        )
        kind += list(model.decision_function(features([one.text for one in judged])))
    return float(np.quantile(kind, 1 - ALLOWED_FALSE))


def intents_model() -> str:
    """The model for what a borrower's message means, from our own texts alone."""
    own = [one for one in written_intents() if not one.is_held_out]
    model = fitted_weights(own, [1.0] * len(own), strength=30.0, seed=SEED)
    return written_model(
        model,
        name="intents",
        thresholds={},
        provenance={
            "learned_from": "written_texts/intents.yaml",
            "own_texts": len(own),
            "seed": SEED,
        },
    )


def triage_model(complaints: Path, /) -> str:
    """The model for complaint triage; the data has no licence, so neither it nor this is published."""
    texts = complaint_texts(complaints, "train")
    model = fitted_weights(texts, [1.0] * len(texts), strength=20.0, seed=SEED)
    return written_model(
        model,
        name="triage",
        thresholds={},
        provenance={
            "learned_from": "complaints without a licence: keep this file private",
            "seed": SEED,
        },
    )
