"""Cards written by hand for tests: small enough to add up on paper, and random ones."""

from __future__ import annotations

import random
from math import prod

from forbear.scoring.axes import Axis
from forbear.scoring.cards import Calibration, Characteristic, Scale, Scorecard

WORDS = {"zh-Hans": "逾期天数", "en": "days past due"}


def small_card() -> Scorecard:
    """600 at best; days late take up to 90, an unknown purpose 10, both together 5 more."""
    days = Axis(input="days_past_due", edges=(1.0, 31.0))
    purpose = Axis(input="purpose", levels=("school", "travel"))
    return Scorecard(
        name="small",
        version=1,
        recipe="early_warning",
        preset="table",
        ids=("loan_id",),
        target={"event": "late"},
        simulated=True,
        scale=Scale(base_points=600),
        characteristics=(
            Characteristic(
                name="days_past_due",
                axes=(days,),
                points=(0, -40, -90, -15),
                counts=(70, 20, 8, 2),
                events=(1, 4, 6, 0),
                monotone="risk_rises",
                says=WORDS,
                tells=WORDS,
                advice=WORDS,
            ),
            Characteristic(
                name="purpose",
                axes=(purpose,),
                points=(0, -5, -3, -10),
                counts=(50, 30, 10, 10),
                events=(3, 3, 3, 2),
                says=WORDS,
                tells=WORDS,
            ),
            Characteristic(
                name="days_past_due × purpose",
                axes=(Axis(input="days_past_due", edges=(1.0,)), purpose),
                points=(0, 0, 0, 0, 0, -5, 0, 0, 0, 0, 0, 0),
                counts=(10,) * 12,
                events=(0,) * 12,
                says=WORDS,
                tells=WORDS,
            ),
        ),
        calibration=Calibration(
            method="platt", points=(480, 500, 560, 600), ppm=(400_000, 300_000, 90_000, 20_000)
        ),
    )


def random_card(chance: random.Random) -> Scorecard:
    """Up to eight characteristics of every kind, over inputs a, b, c (numbers) and d, e (levels)."""
    characteristics = tuple(_characteristic(chance, n) for n in range(chance.randint(1, 8)))
    base = chance.randint(-2000, 2000)
    lowest = base + sum(min(one.points) for one in characteristics)
    listed = sorted(chance.sample(range(lowest - 5, base + 6), min(9, base - lowest + 8)))
    ppm = sorted((chance.randint(0, 1_000_000) for _ in listed), reverse=True)
    return Scorecard(
        name="random",
        version=chance.randint(1, 9),
        recipe="early_warning",
        preset="table",
        ids=("id",),
        target={"event": "bad"},
        simulated=True,
        scale=Scale(base_points=base),
        characteristics=characteristics,
        calibration=Calibration(method="isotonic", points=tuple(listed), ppm=tuple(ppm)),
    )


def _characteristic(chance: random.Random, number: int) -> Characteristic:
    axes = tuple(_axis(chance) for _ in range(chance.randint(1, 2)))
    points = [-chance.randint(0, 120) for _ in range(prod(axis.places for axis in axes))]
    points[chance.randrange(len(points))] = 0
    return Characteristic(
        name=f"c{number}",
        axes=axes,
        points=tuple(points),
        counts=tuple(1 for _ in points),
        events=tuple(0 for _ in points),
        says=WORDS,
        tells=WORDS,
        advice=chance.choice([None, WORDS]),
    )


def _axis(chance: random.Random) -> Axis:
    if chance.random() < 0.4:
        levels = tuple(chance.sample(["x", "y", "z", "1", "2", "true"], chance.randint(1, 4)))
        return Axis(input=chance.choice("de"), levels=levels)
    edges = sorted({round(chance.uniform(-5, 5), chance.randint(0, 3)) for _ in range(6)})
    return Axis(input=chance.choice("abc"), edges=tuple(edges[: chance.randint(0, 6)]))


def random_rows(chance: random.Random, count: int) -> dict[str, list[object]]:
    """Columns a to e: numbers on and beside edges, levels known and unknown, nulls, NaN."""
    numbers = [
        None,
        float("nan"),
        -7.0,
        0.0,
        5.0,
        *(round(chance.uniform(-6, 6), 2) for _ in "x" * 40),
    ]
    levels = [None, "x", "y", "z", "1", "2", "true", "unheard"]
    return {
        **{name: [chance.choice(numbers) for _ in range(count)] for name in "abc"},
        **{name: [chance.choice(levels) for _ in range(count)] for name in "de"},
    }
