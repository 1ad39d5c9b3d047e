"""Risk day by day: person-periods, hazards, and survival by a card that reads the day.

Where it matters when something happens (how soon a loan cures, when money comes back), a row stands
for one case and one period it has reached without the event, and the score is the chance that it
happens in that period: a hazard. What is still open when the data end counts for the periods seen
and no more. J. Singer and J. Willett, Applied Longitudinal Data Analysis (2003), chapters 10-12.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from forbear.primitives.errors import require
from forbear.primitives.rounding import round_to_minor
from forbear.scoring.cards import WHOLE, Scorecard
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.points import score

PERIOD, EVENT = "period", "event"


@dataclass(frozen=True, slots=True)
class LifeTableRow:
    """Of `at_risk` cases that reached a period, `events` had the event in it."""

    period: int
    at_risk: int
    events: int

    @property
    def hazard(self) -> Fraction:
        """The share of those at risk to whom it happened."""
        return Fraction(self.events, self.at_risk)


def person_periods(cases: pl.DataFrame, *, lasted: str, happened: str) -> pl.DataFrame:
    """A row for each case and period 1 to `lasted`, with `period` and `event` beside its columns.

    `lasted`: whole periods a case was watched, the last one included; `happened`: whether the
    event ended it (else it was still open then). The two columns are not carried along: they are
    only known afterwards.

    >>> person_periods(
    ...     pl.DataFrame({"id": [7], "months": [2], "paid": [True]}), lasted="months", happened="paid"
    ... ).rows()
    [(7, 1, 0), (7, 2, 1)]
    """
    for name in (PERIOD, EVENT):
        if name in cases.columns:
            raise ScoringRefused(
                "column-name-taken", f"A column is called {name}, as one to be made is: rename it."
            )
    faulty = cases.filter(pl.col(lasted).is_null() | (pl.col(lasted) < 1))
    if faulty.height:
        raise ScoringRefused(
            "duration-unreadable",
            f"{faulty.height} cases have no {lasted} of at least 1: a case that was never watched "
            "tells nothing. Leave it out.",
        )
    return (
        cases.with_columns(pl.int_ranges(1, pl.col(lasted) + 1).alias(PERIOD))
        .explode(PERIOD)
        .with_columns(
            (pl.col(happened).cast(pl.Boolean) & (pl.col(PERIOD) == pl.col(lasted)))
            .cast(pl.Int8)
            .alias(EVENT)
        )
        .drop(lasted, happened)
    )


def life_table(lasted: Sequence[int], happened: Sequence[bool]) -> tuple[LifeTableRow, ...]:
    """At risk and events in every period that somebody reached.

    >>> [(row.at_risk, row.events) for row in life_table([1, 2, 2], [True, False, True])]
    [(3, 1), (2, 1)]
    """
    require(len(lasted) == len(happened), "one ending for each duration")
    rows = []
    for period in range(1, max(lasted, default=0) + 1):
        at_risk = sum(one >= period for one in lasted)
        events = sum(one == period and bool(was) for one, was in zip(lasted, happened, strict=True))
        rows.append(LifeTableRow(period, at_risk, events))
    return tuple(rows)


def survival(hazards: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """The share without the event at the end of each period: what is left, period after period.

    >>> survival([Fraction(1, 2), Fraction(1, 2)])
    (Fraction(1, 2), Fraction(1, 4))
    """
    left, found = Fraction(1), []
    for hazard in hazards:
        left *= 1 - hazard
        found.append(left)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class PeriodRisk:
    """A period's hazard, and the chance that the event has happened by its end, in ppm."""

    period: int
    hazard_ppm: int
    by_then_ppm: int


def risk_by_period(
    card: Scorecard, facts: Mapping[str, object], *, periods: int
) -> tuple[PeriodRisk, ...]:
    """The card asked for each period in turn, all other facts as they are now.

    Chances are exact fractions of the card's whole parts per million, rounded half up once, where
    they are told. Raises `ScoringRefused` for a card that does not read the period.
    """
    if PERIOD not in card.inputs:
        raise ScoringRefused(
            "card-without-period",
            f"Card {card.name} does not read {PERIOD!r}: it tells one chance, not one a period. "
            "Train it on person-periods (scoring.hazards.person_periods).",
        )
    hazards = [score(card, {**facts, PERIOD: period}).ppm or 0 for period in range(1, periods + 1)]
    left = survival([Fraction(one, WHOLE) for one in hazards])
    return tuple(
        PeriodRisk(period, hazard, round_to_minor((1 - open_) * WHOLE))
        for period, hazard, open_ in zip(range(1, periods + 1), hazards, left, strict=True)
    )
