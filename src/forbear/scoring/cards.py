"""A score card: whole points anyone can add up, with what they rest on.

`base_points` is the best score that can be reached; every characteristic takes 0 or more away, so
the reasons of a score are its losses and add to it exactly. The probability beside a score is read
from a table of whole numbers. Nothing is needed to run a card but this file's values; how one is
trained is `scoring.training`, how one is written down `card_texts`.

Points: N. Siddiqi, Credit Risk Scorecards (2006), chapter 6, with the best attribute as zero.
"""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any, Literal

from forbear.scoring.axes import Axis
from forbear.scoring.errors import CardFaulty

Words = Mapping[str, str]
LANGUAGES = ("zh-Hans", "en")
Direction = Literal["risk_rises", "risk_falls"]
WHOLE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Characteristic:
    """One fact, or two together, and what each of its places takes away.

    `points`, `counts` and `events` run over the places of the axes, the last axis fastest; counts
    and events are those of training. `says` is the staff's sentence, `tells` the borrower's,
    `advice` what the borrower can do about it (None: nothing).
    """

    name: str
    axes: tuple[Axis, ...]
    points: tuple[int, ...]
    counts: tuple[int, ...] = ()
    events: tuple[int, ...] = ()
    monotone: Direction | None = None
    says: Words = field(default_factory=dict)
    tells: Words = field(default_factory=dict)
    advice: Words | None = None

    def __post_init__(self) -> None:
        where = f"characteristic {self.name}"
        if not 1 <= len(self.axes) <= 2:
            raise CardFaulty(where, "has one axis or two.")
        places = prod(axis.places for axis in self.axes)
        for name, column in (
            ("points", self.points),
            ("counts", self.counts or self.points),
            ("events", self.events or self.points),
        ):
            if len(column) != places:
                raise CardFaulty(
                    where, f"{name} has {len(column)} numbers, its places are {places}."
                )
        if max(self.points) != 0:
            raise CardFaulty(where, "its best place has 0 points and all others less.")

    def place_of(self, facts: Mapping[str, object]) -> int:
        """Where the facts fall in the flat list of places."""
        place = 0
        for axis in self.axes:
            place = place * axis.places + axis.place_of(facts.get(axis.input))
        return place


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Probability of the bad event, in parts per million, by points; it falls as points rise."""

    method: str
    points: tuple[int, ...]
    ppm: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.points or len(self.points) != len(self.ppm):
            raise CardFaulty("calibration", "points and ppm are lists of one length, not empty.")
        if list(self.points) != sorted(set(self.points)):
            raise CardFaulty("calibration", "points rise.")
        if list(self.ppm) != sorted(self.ppm, reverse=True) or not self.ppm[-1] >= 0:
            raise CardFaulty("calibration", "ppm never rises and is not negative.")
        if self.ppm[0] > WHOLE:
            raise CardFaulty("calibration", "ppm is at most 1000000.")

    def ppm_of(self, points: int) -> int:
        """The entry of the largest listed points that are not above these.

        >>> Calibration(method="platt", points=(100, 200), ppm=(50_000, 10_000)).ppm_of(150)
        50000
        """
        return self.ppm[max(0, bisect.bisect_right(self.points, points) - 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountInterval:
    """Conformal offsets of an amount card: the true amount lies within with `level_ppm`."""

    level_ppm: int
    below: int
    above: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """`unit` is "odds" (points) or "minor" (an amount in minor units of the currency)."""

    base_points: int
    unit: Literal["odds", "minor"] = "odds"
    points_per_doubling: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """A version of a card. `training` and `validation` are told, never computed with."""

    name: str
    version: int
    recipe: str
    preset: str
    ids: tuple[str, ...]
    target: Mapping[str, Any]
    simulated: bool
    scale: Scale
    characteristics: tuple[Characteristic, ...]
    calibration: Calibration | None = None
    interval: AmountInterval | None = None
    training: Mapping[str, Any] = field(default_factory=dict)
    validation: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = [one.name for one in self.characteristics]
        if not names or len(set(names)) != len(names):
            raise CardFaulty("characteristics", "there is at least one, and no name stands twice.")
        wanted = self.calibration if self.scale.unit == "odds" else self.interval
        if wanted is None or None not in (self.calibration, self.interval):
            raise CardFaulty(
                "calibration", "a card of odds has one, a card of amounts an interval."
            )

    @property
    def inputs(self) -> tuple[str, ...]:
        """Every column the card reads, once, in the order of the card."""
        return tuple(dict.fromkeys(a.input for c in self.characteristics for a in c.axes))

    @property
    def lowest_points(self) -> int:
        """The worst score that can be reached."""
        return self.scale.base_points + sum(min(one.points) for one in self.characteristics)
