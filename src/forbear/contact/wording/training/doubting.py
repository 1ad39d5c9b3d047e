"""The model of doubt: learned from our own texts, a line and a threshold for each language.

A logistic regression over presence of places, each place weighed by how much more often it stands in
pressing texts than in lawful ones (S. Wang and C. Manning, ACL 2012, 90-94); both factors are one
weight when it runs. Of a pressing text only the whole is known to press, so a first round learns
from all its readings and a second from the worst one. The thresholds are chosen by cross-validation
over whole scenes: no text is judged by a model that read its neighbours. Texts marked `held_out` are
neither learned from nor looked at for a threshold.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import vstack as stacked
from sklearn.linear_model import LogisticRegression

from forbear.contact.wording.doubt import LANGUAGES, doubt_places, language_of, readings
from forbear.contact.wording.facts import Language
from forbear.contact.wording.normalising import normalised
from forbear.contact.wording.training.fitting import rows_of, written_lines
from forbear.contact.wording.training.models import SEED
from forbear.contact.wording.training.texts import LabelledText, written_doubt, written_pressing

STRENGTH = 2.0
SMOOTHING = 0.5  # texts added to each count before the ratio of two shares is taken
ORDINARY_WEIGHT = 2.0  # of a lawful text without a dangerous word: most of what leaves is such
FOLDS = 8
# of lawful texts judged by a model without their scene, the share sent to a person
ALLOWED_FALSE = {Language.ZH: 0.11, Language.EN: 0.17}


@dataclass(frozen=True, slots=True)
class Judged:
    """A text and the log-odds a model that had not read its scene gives its worst reading."""

    text: LabelledText
    language: Language
    score: float


@dataclass(frozen=True, slots=True)
class _Read:
    text: LabelledText
    language: Language
    rows: Any  # one row of places for each reading

    @property
    def is_pressing(self) -> bool:
        return self.text.label == "pressing"


@dataclass(frozen=True, slots=True)
class _Line:
    weights: Any
    start: float

    def of_readings(self, rows: Any) -> Any:
        return np.asarray(rows @ self.weights).ravel() + self.start


def doubt_model() -> str:
    """The model for texts no rule has a word for, from our own texts alone."""
    learned = _learned()
    lines = {one: _fitted([read for read in learned if read.language is one]) for one in LANGUAGES}
    judged = cross_validated()
    return written_lines(
        [(lines[one].weights, lines[one].start) for one in LANGUAGES],
        name="doubt",
        classes=[one.value for one in LANGUAGES],
        thresholds=[_lawful_at(judged, one, 1 - ALLOWED_FALSE[one]) for one in LANGUAGES],
        provenance={
            "learned_from": "written_texts/doubt.yaml, scenes.yaml and pressing.yaml",
            "own_texts": len(learned),
            "seed": SEED,
        },
    )


def cross_validated(*, folds: int = FOLDS) -> list[Judged]:
    """Every text learned from, judged by a model that read no text of its scene."""
    learned = _learned()
    made: list[Judged] = []
    for language in LANGUAGES:
        own = [one for one in learned if one.language is language]
        for fold in range(folds):
            out = [one for one in own if _fold(one.text, folds) == fold]
            if not out:
                continue
            line = _fitted([one for one in own if _fold(one.text, folds) != fold])
            made += [
                Judged(one.text, language, float(line.of_readings(one.rows).max())) for one in out
            ]
    return made


def _fold(text: LabelledText, folds: int) -> int:
    return zlib.crc32(f"{SEED} {text.family} {text.scene}".encode()) % folds


def _lawful_at(judged: Sequence[Judged], language: Language, share: float) -> float:
    """The log-odds under which this share of the lawful texts of a language lies."""
    lawful = [
        one.score for one in judged if one.language is language and one.text.label != "pressing"
    ]
    return float(np.quantile(lawful, share))


def _learned() -> list[_Read]:
    texts = [*written_doubt(), *written_pressing()]
    return [_read(one) for one in texts if not one.is_held_out]


def _read(text: LabelledText) -> _Read:
    plain = normalised(text.text).plain
    parts = [plain[start:end] for start, end in readings(plain)]
    return _Read(text, language_of(plain), rows_of([doubt_places(part) for part in parts]))


def _fitted(read: Sequence[_Read]) -> _Line:
    lawful = [one for one in read if not one.is_pressing]
    pressing = [one.rows for one in read if one.is_pressing]
    kind = stacked([one.rows for one in lawful])
    weights = [ORDINARY_WEIGHT if one.text.is_ordinary else 1.0 for one in lawful]
    each = np.repeat(weights, [one.rows.shape[0] for one in lawful])
    first = _line(kind, each, stacked(pressing))
    worst = [rows[int(first.of_readings(rows).argmax())] for rows in pressing]
    return _line(kind, each, stacked(worst))


def _line(lawful: Any, weights: Any, pressing: Any) -> _Line:
    """One line through readings of both sides, which weigh the same together."""
    sides = [lawful, pressing]
    shares = [
        (np.asarray((one > 0).sum(axis=0)).ravel() + SMOOTHING) / one.shape[0] for one in sides
    ]
    ratio = np.log(shares[1]) - np.log(shares[0])
    each = [weights, np.ones(pressing.shape[0])]
    total = sum(one.sum() for one in each)
    model = LogisticRegression(C=STRENGTH, max_iter=400, random_state=SEED)
    model.fit(
        stacked(sides).multiply(ratio).tocsr(),
        np.repeat([0, 1], [one.shape[0] for one in sides]),
        sample_weight=np.concatenate([one * total / (2 * one.sum()) for one in each]),
    )
    return _Line(model.coef_[0] * ratio, float(model.intercept_[0]))
