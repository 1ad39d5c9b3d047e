"""Fit a linear model over the run time's own places and write it in signed bytes.

Features are exactly those of `linear`: presence of each place, divided by the root of how many
places a text fills. The weights are rounded to whole bytes, so the model that is measured is the
model that runs.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from forbear.contact.wording.linear import BITS, PLACES, WHOLE, places_of
from forbear.contact.wording.normalising import normalised
from forbear.contact.wording.training.texts import LabelledText

LARGEST_WEIGHT = 127


def features(texts: Sequence[str], /) -> Any:
    """A row for each text: 1/√n at each of the n places its n-grams fill."""
    return rows_of([sorted(set(places_of(normalised(text).plain))) for text in texts])


def rows_of(listed: Sequence[Sequence[int]], /) -> Any:
    """A row for each list of places, as the run time weighs them."""
    columns: list[int] = []
    values: list[float] = []
    starts = [0]
    for filled in listed:
        columns += filled
        values += [1.0 / np.sqrt(len(filled))] * len(filled)
        starts.append(len(columns))
    return csr_matrix((values, columns, starts), shape=(len(listed), PLACES))


def fitted_weights(
    texts: Sequence[LabelledText],
    weights: Sequence[float],
    *,
    strength: float,
    seed: int,
) -> LogisticRegression:
    """A logistic regression; `strength` is scikit-learn's C."""
    model = LogisticRegression(C=strength, max_iter=400, random_state=seed)
    model.fit(
        features([one.text for one in texts]),
        [one.label for one in texts],
        sample_weight=np.asarray(weights),
    )
    return model


def written_model(
    model: LogisticRegression,
    *,
    name: str,
    thresholds: Mapping[str, float],
    provenance: Mapping[str, object],
) -> str:
    """The model as JSON: bytes of weights, what one unit is worth, thresholds in log-odds."""
    classes = [str(one) for one in model.classes_]
    if len(classes) == 2 and classes[1] != "pressing":
        raise ValueError("a model of two classes names the one it speaks of second")
    lines = [
        (line, float(start)) for line, start in zip(model.coef_, model.intercept_, strict=True)
    ]
    limits = [thresholds.get(one, 0.0) for one in classes[-len(lines) :]]
    return written_lines(
        lines, name=name, classes=classes, thresholds=limits, provenance=provenance
    )


def written_lines(
    lines: Sequence[tuple[Any, float]],
    *,
    name: str,
    classes: Sequence[str],
    thresholds: Sequence[float],
    provenance: Mapping[str, object],
) -> str:
    """Weights and start of each line as the JSON the run time reads."""
    units = [float(np.abs(line).max()) / LARGEST_WEIGHT or 1.0 for line, _ in lines]
    rounded = [
        np.clip(np.rint(line / unit), -LARGEST_WEIGHT, LARGEST_WEIGHT).astype(np.int8)
        for (line, _), unit in zip(lines, units, strict=True)
    ]
    raw = b"".join(one.tobytes() for one in rounded)
    told = {
        "name": name,
        "bits": BITS,
        "classes": list(classes),
        "unit_millionths": [round(one * WHOLE) for one in units],
        "bias_millionths": [round(start * WHOLE) for _, start in lines],
        "threshold_millionths": [round(one * WHOLE) for one in thresholds],
        "provenance": dict(provenance),
        "crc32": zlib.crc32(raw),
        "weights": base64.b64encode(zlib.compress(raw, 9)).decode(),
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"
