"""The model of doubt: learned from our own texts, its threshold chosen on texts it has not seen."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression

from forbear.contact.wording.doubt import doubt_places, sentences
from forbear.contact.wording.normalising import normalised
from forbear.contact.wording.training.fitting import features, fitted_weights, written_model
from forbear.contact.wording.training.models import SEED
from forbear.contact.wording.training.texts import LabelledText, written_doubt, written_pressing

STRENGTH = 8.0
FOLDS = 5
ALLOWED_FALSE = 0.05  # of lawful texts the model did not learn from, sent to a person


def doubt_model() -> str:
    """The model for texts no rule has a word for, from our own texts alone."""
    every = [*written_doubt(), *written_pressing()]
    learned = [one for one in every if not one.is_held_out]
    model = _fitted(learned)
    return written_model(
        model,
        name="doubt",
        thresholds={"pressing": _threshold(every)},
        provenance={
            "learned_from": "written_texts/doubt.yaml and written_texts/pressing.yaml",
            "own_texts": len(learned),
            "threshold_on": sum(one.is_held_out for one in every),
            "seed": SEED,
        },
    )


def _fitted(texts: list[LabelledText]) -> LogisticRegression:
    parts = [part for one in texts for part in _parts(one)]
    pressing = sum(one.label == "pressing" for one in parts)
    share = {"pressing": 0.5 / pressing, "kind": 0.5 / (len(parts) - pressing)}
    return fitted_weights(
        parts,
        [share[one.label] * len(parts) for one in parts],
        strength=STRENGTH,
        seed=SEED,
        places=doubt_places,
    )


def _parts(one: LabelledText) -> list[LabelledText]:
    """Each sentence of a lawful text is lawful; of a pressing one only the whole is known."""
    if one.label == "pressing":
        return [one]
    plain = normalised(one.text).plain
    return [
        LabelledText(plain[start:end], one.label, one.family) for start, end in sentences(plain)
    ]


def _threshold(every: list[LabelledText]) -> float:
    """Log-odds above which at most 5% of lawful texts lie: those kept aside, and each learned one
    judged by a model without it."""
    learned = [one for one in every if not one.is_held_out]
    kept = [one for one in every if one.is_held_out and one.label == "kind"]
    scores: list[float] = _scores(_fitted(learned), kept)
    for fold in range(FOLDS):
        out = set(range(fold, len(learned), FOLDS))
        model = _fitted([one for at, one in enumerate(learned) if at not in out])
        scores += _scores(model, [learned[at] for at in sorted(out) if learned[at].label == "kind"])
    return float(np.quantile(scores, 1 - ALLOWED_FALSE))


def _scores(model: LogisticRegression, texts: list[LabelledText]) -> list[float]:
    """The worst sentence of each text."""
    return [
        float(
            model.decision_function(
                features([part.text for part in _parts(one)], places=doubt_places)
            ).max()
        )
        for one in texts
    ]
