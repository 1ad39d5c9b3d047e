"""Reads a preset's features (`<preset>.yaml` beside this file): names, directions and sentences."""

from __future__ import annotations

from functools import cache
from importlib import resources

import yaml

from forbear.scoring.training.samples import Feature


@cache
def feature_list(preset: str) -> tuple[Feature, ...]:
    """The features of a preset, in the order of its file."""
    source = resources.files("forbear.scoring.training").joinpath(f"{preset}.yaml")
    raw = yaml.safe_load(source.read_text(encoding="utf-8"))
    return tuple(
        Feature(
            name=one["name"],
            kind=one["kind"],
            monotone=one.get("monotone"),
            says=one["says"],
            tells=one["tells"],
            advice=one["advice"],
        )
        for one in raw["features"]
    )
