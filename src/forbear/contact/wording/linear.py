"""A linear model over hashed character n-grams, run in whole numbers with nothing but this file.

Each n-gram of one to three characters falls into one of 65,536 places by CRC-32; the places hold
weights of one signed byte. The mean weight of the places a text fills decides, so the words that
carried the decision can be shown. It never says more than: a person should look.
"""

from __future__ import annotations

import base64
import functools
import json
import zlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from forbear.contact.wording.errors import WeightsFaulty

BITS = 16
PLACES = 1 << BITS
LONGEST_GRAM = 3
WHOLE = 1_000_000


@dataclass(frozen=True, slots=True)
class Leaning:
    """What the model says: score in millionths of log-odds, and the stretch that carried it most."""

    score_millionths: int
    threshold_millionths: int
    start: int
    end: int

    @property
    def is_pressing(self) -> bool:
        return self.score_millionths >= self.threshold_millionths


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearModel:
    """One line per class: weights, what a unit of weight is worth, where it starts, when it speaks.

    A model of two classes has one line; one that judges by language names the languages.
    `unit_millionths`: log-odds of weight 1 in a text whose n-grams all carry it, in millionths.
    """

    name: str
    classes: tuple[str, ...]
    weights: tuple[array[int], ...]
    unit_millionths: tuple[int, ...]
    bias_millionths: tuple[int, ...]
    threshold_millionths: tuple[int, ...]
    provenance: Mapping[str, Any]

    def scores(self, plain: str, /) -> tuple[int, ...]:
        """Log-odds of each class in millionths, for a normalised text."""
        places = sorted(set(places_of(plain)))
        return self.scores_at(places)

    def scores_at(self, places: Sequence[int], /) -> tuple[int, ...]:
        """Log-odds of each class for a text that fills these places, each named once."""
        return tuple(self.line_at(line, places) for line in range(len(self.weights)))

    def line_at(self, line: int, places: Sequence[int], /) -> int:
        """What one line alone says of a text that fills these places."""
        weights = self.weights[line]
        carried = sum([weights[place] for place in places]) * self.unit_millionths[line]
        return self.bias_millionths[line] + carried * 1_000 // _square_root_thousandths(len(places))

    def best(self, plain: str, /) -> tuple[str, int]:
        """The class with the highest log-odds, and by how much it leads the next."""
        scores = self.scores(plain)
        first, second = sorted(scores, reverse=True)[:2]
        return self.classes[scores.index(first)], first - second


def places_of(plain: str, /) -> list[int]:
    """The place of every n-gram, shorter ones first at each character.

    >>> len(places_of("您好"))
    3
    """
    crc32, mask = zlib.crc32, PLACES - 1
    pieces = [one.encode() for one in plain]
    made: list[int] = []
    for at in range(len(pieces)):
        code = crc32(pieces[at])
        made.append(code & mask)
        for piece in pieces[at + 1 : at + LONGEST_GRAM]:
            code = crc32(piece, code)
            made.append(code & mask)
    return made


def leaning(model: LinearModel, plain: str, /) -> Leaning | None:
    """What a two-class model says of a normalised text; None for an empty one."""
    if not plain:
        return None
    places = places_of(plain)
    (score,) = model.scores_at(sorted(set(places)))
    threshold = model.threshold_millionths[0]
    start, end = (
        (0, len(plain)) if score < threshold else _carrying(model.weights[0], places, len(plain))
    )
    return Leaning(score, threshold, start, end)


def _carrying(weights: array[int], listed: Sequence[int], size: int) -> tuple[int, int]:
    """The stretch whose n-grams add most (largest sum over neighbouring characters)."""
    each = [0] * size
    places = iter(listed)
    for at in range(size):
        for length in range(1, min(LONGEST_GRAM, size - at) + 1):
            share = weights[next(places)] * 6 // length
            for inside in range(at, at + length):
                each[inside] += share
    best, best_span, total, start = -1, (0, size), 0, 0
    for at, one in enumerate(each):
        if total <= 0:
            total, start = 0, at
        total += one
        if total > best:
            best, best_span = total, (start, at + 1)
    return best_span


def _square_root_thousandths(count: int) -> int:
    return max(1, int((count * 1_000_000) ** 0.5)) if count else 1_000


def read_model(text: str, /) -> LinearModel:
    """A model from its JSON text. Raises `WeightsFaulty` when it is none or was changed."""
    try:
        told = json.loads(text)
        raw = zlib.decompress(base64.b64decode(told["weights"]))
        if zlib.crc32(raw) != told["crc32"]:
            raise ValueError("its check sum differs")
        lines = len(told["unit_millionths"])
        if told["bits"] != BITS or len(raw) != PLACES * lines:
            raise ValueError("its number of places is another")
        return LinearModel(
            name=told["name"],
            classes=tuple(told["classes"]),
            weights=tuple(array("b", raw[at * PLACES : (at + 1) * PLACES]) for at in range(lines)),
            unit_millionths=tuple(told["unit_millionths"]),
            bias_millionths=tuple(told["bias_millionths"]),
            threshold_millionths=tuple(told["threshold_millionths"]),
            provenance=dict(told["provenance"]),
        )
    except (KeyError, TypeError, ValueError, zlib.error) as fault:
        raise WeightsFaulty(
            f"This is no weights file of wording, or it was changed: {fault}. Train it again."
        ) from None


@functools.cache
def committed(name: str, /) -> LinearModel | None:
    """A model of this package by name; None when it was not trained yet."""
    file = resources.files(__package__).joinpath("weights", f"{name}.json")
    return read_model(file.read_text(encoding="utf-8")) if file.is_file() else None


def pressing(plain: str, /) -> Leaning | None:
    """What the committed model for pressing and abusive texts says."""
    model = committed("pressing")
    return None if model is None else leaning(model, plain)
