"""What would raise a score: each fact the borrower can change, moved alone, the card asked again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forbear.scoring.cards import Scorecard
from forbear.scoring.points import score


@dataclass(frozen=True, slots=True)
class Step:
    """Moving one characteristic's fact to `place` gains so many points, all else unchanged."""

    characteristic: str
    input: str
    place: int
    gain: int


def what_would_raise(card: Scorecard, facts: Mapping[str, object]) -> tuple[Step, ...]:
    """For each characteristic with advice the place that gains most; largest gain first.

    The whole card is asked again, so a pair that reads the same input is counted as well. A place
    that means "not known" is never proposed: hiding a fact is no advice.
    """
    now = score(card, facts).points
    steps = []
    for one in card.characteristics:
        if one.advice is None or len(one.axes) != 1:
            continue
        axis = one.axes[0]
        known = range(axis.missing if axis.edges is not None else len(axis.levels or ()))
        gains = [
            Step(one.name, axis.input, place, score(card, moved).points - now)
            for place in known
            for moved in ({**facts, axis.input: axis.sample(place)},)
        ]
        best = max(gains, key=lambda step: step.gain, default=None)
        if best is not None and best.gain > 0:
            steps.append(best)
    return tuple(sorted(steps, key=lambda step: -step.gain))
