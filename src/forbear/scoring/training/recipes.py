"""The kinds of card there are (`recipes.yaml`): what each tells, from what, by which presets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from forbear.scoring.cards import Words
from forbear.scoring.errors import ScoringRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A kind of card; `unit` is "odds" or "minor" (an amount)."""

    name: str
    unit: str
    presets: tuple[str, ...]
    says: Words
    trained: str


@cache
def recipes() -> tuple[Recipe, ...]:
    """Every recipe, in the order of the file."""
    source = resources.files("forbear.scoring.training").joinpath("recipes.yaml")
    raw = yaml.safe_load(source.read_text(encoding="utf-8"))
    return tuple(
        Recipe(
            name=one["name"],
            unit=one["unit"],
            presets=tuple(one["presets"]),
            says=one["says"],
            trained=one["trained"],
        )
        for one in raw["recipes"]
    )


def recipe(name: str, preset: str) -> Recipe:
    """The recipe, if the preset can train it. Raises `ScoringRefused` otherwise."""
    found = next((one for one in recipes() if one.name == name), None)
    if found is None:
        raise ScoringRefused(
            "recipe-unknown",
            f"No recipe is called {name}: there are {', '.join(one.name for one in recipes())}.",
        )
    presets = {one for each in recipes() for one in each.presets}
    if preset not in presets:
        raise ScoringRefused(
            "preset-unknown",
            f"No preset is called {preset}: there are {', '.join(sorted(presets))}.",
        )
    if preset not in found.presets:
        raise ScoringRefused(
            "preset-not-for-recipe",
            f"Preset {preset} cannot train {name}: {found.trained}. "
            f"Use one of {', '.join(found.presets)}.",
        )
    return found
