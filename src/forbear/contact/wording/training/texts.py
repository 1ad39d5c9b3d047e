"""Texts to learn from: COLD's offensive comments and what we wrote ourselves, split by family."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from forbear.contact.wording.errors import WordingRefused


class TrainingDataMissing(WordingRefused):
    """The data set to train or measure with is not where it was said to be."""

    code = "wording_training_data_missing"


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text with its class; a `family`, or a scene of one, is learned or held out as a whole.

    `is_ordinary`: lawful and without a dangerous word, as most of what leaves is.
    """

    text: str
    label: str
    family: str
    is_held_out: bool = False
    scene: str = ""
    is_ordinary: bool = False


def cold_texts(folder: Path, part: str, /) -> list[LabelledText]:
    """COLD comments (`train` or `dev`), labelled pressing when they are offensive."""
    rows = _table(folder / f"{part}.parquet", ["TEXT", "label"])
    return [
        LabelledText(text, "pressing" if label == 1 else "kind", f"cold_{part}")
        for text, label in rows.iter_rows()
    ]


def complaint_texts(folder: Path, part: str, /) -> list[LabelledText]:
    """Complaints with the class they were given; never to be published, nor what is fitted on them."""
    rows = _table(folder / f"{part}.parquet", ["text", "label_name"])
    return [LabelledText(text, label, f"complaints_{part}") for text, label in rows.iter_rows()]


def written_pressing() -> list[LabelledText]:
    """Our own pressing and kind texts."""
    return _pressing_families("pressing.yaml")


def written_doubt() -> list[LabelledText]:
    """Our own texts of ideas that press without a word a rule knows, and lawful ones beside them."""
    return [*_pressing_families("doubt.yaml"), *_pressing_families("scenes.yaml")]


def _pressing_families(name: str) -> list[LabelledText]:
    return [
        LabelledText(
            text,
            "pressing" if one["pressing"] else "kind",
            one["family"],
            bool(one.get("held_out", False)),
            str(one.get("scene", "")),
            bool(one.get("ordinary", False)),
        )
        for one in _written(name)["families"]
        for text in one["texts"]
    ]


def written_intents() -> list[LabelledText]:
    """Our own messages of borrowers, by intent."""
    told = _written("intents.yaml")
    return [
        LabelledText(text, code, code, part == "held_out")
        for part in ("learned", "held_out")
        for code, texts in told[part].items()
        for text in texts
    ]


def _written(name: str) -> dict[str, Any]:
    file = resources.files("forbear.contact.wording").joinpath("written_texts", name)
    return dict(yaml.safe_load(file.read_text(encoding="utf-8")))


def _table(file: Path, columns: list[str]) -> pl.DataFrame:
    if not file.is_file():
        raise TrainingDataMissing(
            f"There is no {file.name} in the folder given. Name the folder of the data set."
        )
    return pl.read_parquet(file, columns=columns)
