"""An axis of a score card: the places a value can fall into.

A numeric axis has edges: place i holds edges[i-1] <= x < edges[i], and one last place holds what
is missing (null or not a number). An axis of levels has a place for each level, then one for any
other, then one for missing.
"""

from __future__ import annotations

import bisect
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from forbear.scoring.errors import CardFaulty

Value = object
_FRACTION_OF_NOTHING = re.compile(r"\.0+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Reads one input. Either `edges` (ascending) or `levels` (distinct texts) is given.

    >>> days = Axis(input="days_past_due", edges=(1.0, 31.0))
    >>> [days.place_of(value) for value in (0, 1, 30, 31, None)]
    [0, 1, 1, 2, 3]
    """

    input: str
    edges: tuple[float, ...] | None = None
    levels: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if (self.edges is None) == (self.levels is None):
            raise CardFaulty(f"axis {self.input}", "has either edges or levels.")
        edges, levels = self.edges, self.levels
        if edges is not None and (list(edges) != sorted(set(edges)) or not _are_finite(edges)):
            raise CardFaulty(f"axis {self.input}", "edges are finite and rise.")
        if levels is not None and len(set(levels)) != len(levels):
            raise CardFaulty(f"axis {self.input}", "a level stands twice.")

    @property
    def places(self) -> int:
        """How many places there are, the missing one included."""
        return len(self.edges or self.levels or ()) + 2

    @property
    def missing(self) -> int:
        """The place of what is not known."""
        return self.places - 1

    def place_of(self, value: Value) -> int:
        """Where a value falls. Raises `CardFaulty` for a text on a numeric axis."""
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return self.missing
        if self.levels is not None:
            text = level_text(value)
            return self.levels.index(text) if text in self.levels else len(self.levels)
        if isinstance(value, str):
            raise CardFaulty(f"axis {self.input}", f"a number is expected, got {value!r}.")
        return bisect.bisect_right(self.edges or (), float(value))  # type: ignore[arg-type]

    def bounds(self, place: int) -> tuple[float | None, float | None]:
        """A numeric place's lower bound (inclusive) and upper bound (exclusive)."""
        edges = self.edges or ()
        return (
            edges[place - 1] if place > 0 else None,
            edges[place] if place < len(edges) else None,
        )

    def sample(self, place: int) -> Value:
        """A value that falls into the place; None for the missing one.

        >>> Axis(input="x", edges=(1.0, 31.0)).sample(0)
        0.0
        """
        if place == self.missing:
            return None
        if self.levels is not None:
            return self.levels[place] if place < len(self.levels) else ""
        low, high = self.bounds(place)
        if low is not None:
            return low
        return 0.0 if high is None else high - 1


def level_text(value: Value) -> str:
    """A category as text: truth as `true` or `false`, numbers without a fraction of nothing.

    >>> [level_text(v) for v in ("A", 3, 3.0, "3.0", True)]
    ['A', '3', '3', '3', 'true']
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return _FRACTION_OF_NOTHING.sub("", str(value))


def _are_finite(edges: Sequence[float]) -> bool:
    return all(math.isfinite(edge) for edge in edges)
