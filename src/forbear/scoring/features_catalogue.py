"""The closed list of behaviour features: meaning, unit, direction, sentences, as data.

A card copies the sentences of the features it uses, so that it can be read on its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from forbear.primitives.errors import require
from forbear.scoring.cards import LANGUAGES, Direction, Words

UNITS = ("days", "count", "share", "ratio", "months", "day_of_month")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One feature. `says` is the staff's sentence, `tells` the borrower's, `advice` what helps."""

    name: str
    unit: str
    is_whole: bool
    monotone: Direction | None
    says: Words
    tells: Words
    advice: Words | None

    def __post_init__(self) -> None:
        require(self.unit in UNITS, f"feature {self.name}: unit {self.unit} is none of {UNITS}")
        for words in (self.says, self.tells, self.advice or self.tells):
            require(set(words) == set(LANGUAGES), f"feature {self.name}: a language is missing")


@cache
def catalogue() -> Mapping[str, Feature]:
    """Every feature by name, in the catalogue's order.

    >>> catalogue()["late_7_plus_90d"].says["en"]
    'Instalments due in 90 days and 7 or more days late'
    """
    made = [feature for raw in _raw()["features"] for feature in _expanded(raw)]
    names = [feature.name for feature in made]
    require(len(set(names)) == len(names), "a feature stands twice in the catalogue")
    return {feature.name: feature for feature in made}


def source() -> str:
    """Where the features come from."""
    return str(_raw()["source"])


def _expanded(raw: Mapping[str, Any]) -> Iterator[Feature]:
    for least in raw.get("ks", [None]):
        for window in raw.get("windows", [None]):
            filled = {"k": least, "w": window}
            yield Feature(
                name=raw["name"].format(**filled),
                unit=raw["unit"],
                is_whole=raw.get("is_whole", True),
                monotone=raw["monotone"],
                says=_words(raw["says"], filled),
                tells=_words(raw["tells"], filled),
                advice=None if raw["advice"] is None else _words(raw["advice"], filled),
            )


def _words(words: Mapping[str, str], filled: Mapping[str, int | None]) -> Words:
    return {language: text.format(**filled) for language, text in words.items()}


@cache
def _raw() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("features_catalogue.yaml")
    return dict(yaml.safe_load(text.read_text(encoding="utf-8")))


def catalogue_page() -> str:
    """The catalogue as a page of the reference (docs/reference/features.md)."""
    lines = [
        "# Behaviour features",
        "",
        "<!-- made from features_catalogue.yaml; a test holds it -->",
        "",
        f"{source()}.",
        "",
        "Each is computed for one loan at the end of one day from what was known then. A window of",
        "n days ends with that day. Empty means not known. Direction: how the risk is expected to",
        "move as the value rises; training holds a card to it.",
        "",
        "| feature | unit | direction | staff | borrower | what helps |",
        "|---|---|---|---|---|---|",
    ]
    for one in catalogue().values():
        advice = "" if one.advice is None else " / ".join(one.advice[x] for x in LANGUAGES)
        says, tells = (" / ".join(w[x] for x in LANGUAGES) for w in (one.says, one.tells))
        lines.append(
            f"| `{one.name}` | {one.unit} | {one.monotone or ''} | {says} | {tells} | {advice} |"
        )
    lines += [
        "",
        "No feature counts complaints, disputes or applications for relief, and none says who a",
        "person is. Posted penalty interest counts from its instalment's due date: the book does",
        "not tell when it was posted. `connected` is what the book tells, that somebody answered;",
        "that it was the borrower is not in the book.",
    ]
    return "\n".join(lines) + "\n"
