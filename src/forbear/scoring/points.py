"""The score of one borrower or loan: base points less what each characteristic takes away.

This scalar form is the definition; `points_columns.py` is its twin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forbear.scoring.cards import Scorecard


@dataclass(frozen=True, slots=True)
class Reason:
    """What one characteristic takes away (0 or less), and the place its facts fell into."""

    characteristic: str
    points: int
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """`points` is `base_points` and all reasons added; `ppm` the probability of the bad event.

    Reasons: every characteristic, largest loss first, equal ones in the order of the card. `ppm` is
    None on a card of amounts.
    """

    points: int
    base_points: int
    reasons: tuple[Reason, ...]
    ppm: int | None

    @property
    def losses(self) -> tuple[Reason, ...]:
        """The four largest losses: what staff and the borrower are told first."""
        return tuple(reason for reason in self.reasons if reason.points < 0)[:4]


def score(card: Scorecard, facts: Mapping[str, object]) -> Score:
    """The card's answer for these facts; an input that is not there counts as missing.

    Raises `CardFaulty` for a text where the card reads a number.
    """
    reasons = [
        Reason(one.name, one.points[place], place)
        for one in card.characteristics
        for place in (one.place_of(facts),)
    ]
    points = card.scale.base_points + sum(reason.points for reason in reasons)
    return Score(
        points=points,
        base_points=card.scale.base_points,
        reasons=tuple(sorted(reasons, key=lambda reason: reason.points)),
        ppm=card.calibration.ppm_of(points) if card.calibration is not None else None,
    )
