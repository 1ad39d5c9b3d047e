"""When and how a borrower is reached best, by a card of the recipe `reach`.

The card tells the chance that an attempt does not reach the borrower, from facts that include the
hour band and the channel. This only orders what may be done: whether a contact is allowed then, and
whether it is worth making, is for the gate and the plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forbear.scoring.cards import WHOLE, Scorecard
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.points import score


@dataclass(frozen=True, slots=True)
class ReachChance:
    """An hour band and channel, the score of an attempt then, and the chance to reach, in ppm."""

    hour_band: str
    channel: str
    points: int
    reached_ppm: int


def best_times(
    card: Scorecard,
    facts: Mapping[str, object],
    *,
    hour_bands: Sequence[str],
    channels: Sequence[str],
    hour_input: str = "hour_band",
    channel_input: str = "channel",
) -> tuple[ReachChance, ...]:
    """Every pair of hour band and channel, most likely to reach first; equal ones as they came.

    Raises `ScoringRefused` for a card that reads neither hour nor channel.
    """
    if not {hour_input, channel_input} & set(card.inputs):
        raise ScoringRefused(
            "card-without-times",
            f"Card {card.name} reads neither {hour_input} nor {channel_input}: it cannot tell one "
            "time from another. Train recipe reach with both among the columns.",
        )
    found = []
    for hour_band in hour_bands:
        for channel in channels:
            told = score(card, {**facts, hour_input: hour_band, channel_input: channel})
            found.append(ReachChance(hour_band, channel, told.points, WHOLE - (told.ppm or 0)))
    return tuple(sorted(found, key=lambda one: -one.points))
