"""The published rules of the standing 善还分, as dated data: which hold on a day.

What they mean is computed in `standing.py`; a borrower reads them in docs/explanation/standing.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import Any

import yaml

from forbear.primitives.errors import require
from forbear.primitives.rounding import round_to_minor
from forbear.scoring.cards import Words
from forbear.scoring.errors import ScoringRefused

LOWEST, HIGHEST = 0, 1000
MOST_HALVINGS = 20  # after so many an effect is below half a point for ever


@dataclass(frozen=True, slots=True, kw_only=True)
class LateStep:
    """From so many counted days late on, what the month's worst instalment takes away."""

    code: str
    from_days: int
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A band of the score with its word; never a colour alone."""

    code: str
    from_points: int
    says: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRules:
    """One version of the rules."""

    version: str
    in_force_from: date
    start: int
    half_life_days: int
    grace_days: int
    offer_holds_days: int
    least_instalments: int
    month_cap: int
    kept_promise: int
    kept_month_cap: int
    late: tuple[LateStep, ...]
    tiers: tuple[Tier, ...]

    def __post_init__(self) -> None:
        days = [step.from_days for step in self.late]
        falls = [step.points for step in self.late]
        require(LOWEST <= self.start <= HIGHEST and self.half_life_days > 0, "standing: start")
        require(days == sorted(set(days)) and days[0] > self.grace_days, "standing: late steps")
        require(falls == sorted(set(falls), reverse=True) and falls[0] < 0, "standing: late points")
        starts = [tier.from_points for tier in self.tiers]
        require(starts[0] == LOWEST and starts == sorted(set(starts)), "standing: tiers")

    def tier(self, points: int) -> Tier:
        """The band a score falls in."""
        return [tier for tier in self.tiers if tier.from_points <= points][-1]

    def late_step(self, counted_days: int) -> LateStep | None:
        """The step so many counted days late have reached; None below the first."""
        return next((s for s in reversed(self.late) if s.from_days <= counted_days), None)

    def worth(self, points: int, *, days_ago: int) -> int:
        """What an effect is still worth: half after each half-life, evenly less within one.

        Exactly points × (2h − r) / (2h × 2^k) for days_ago = k × h + r, rounded half-up.

        >>> rules = standing_rules(date(2026, 11, 20))
        >>> [rules.worth(-60, days_ago=days) for days in (0, 90, 180, 360, 7200)]
        [-60, -45, -30, -15, 0]
        """
        halvings, rest = divmod(max(days_ago, 0), self.half_life_days)
        whole = 2 * self.half_life_days
        halved = 2 ** min(halvings, MOST_HALVINGS)
        return round_to_minor(Fraction(points * (whole - rest), whole * halved))


def standing_rules(on: date) -> StandingRules:
    """The rules in force on a day. Raises `ScoringRefused` before the first version."""
    held = [rules for rules in all_rules() if rules.in_force_from <= on]
    if not held:
        raise ScoringRefused(
            "standing-before-rules",
            f"No rules of the standing were in force on {on}; the first day is "
            f"{all_rules()[0].in_force_from}. Ask for a later day.",
        )
    return held[-1]


@cache
def all_rules() -> tuple[StandingRules, ...]:
    """Every version, oldest first."""
    return tuple(_rules(raw) for raw in _raw()["versions"])


def reason_words() -> Mapping[str, Words]:
    """The sentence of each reason, with {n} to fill."""
    words: Mapping[str, Words] = _raw()["reasons"]
    return words


def step_words() -> Mapping[str, Words]:
    """The sentence of each step that raises a standing, with {on} to fill."""
    words: Mapping[str, Words] = _raw()["steps"]
    return words


def _rules(raw: Mapping[str, Any]) -> StandingRules:
    told = {
        **raw,
        "late": tuple(LateStep(**one) for one in raw["late"]),
        "tiers": tuple(Tier(**one) for one in raw["tiers"]),
    }
    return StandingRules(**told)


@cache
def _raw() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("standing.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))
