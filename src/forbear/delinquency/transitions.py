"""Roll rates: which share of loans moves from one state to another in a month.

A roll rate is a count over a count; it is kept as both, and only shown as a share. Cure is
the special case of moving to the first bucket (`is_cure`).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class RollRate:
    """`n` loans moved `from_state` → `to_state`, out of `of` that stood in `from_state`."""

    from_state: str
    to_state: str
    n: int
    of: int

    @property
    def share(self) -> Fraction:
        """n / of, exactly."""
        return Fraction(self.n, self.of)


def roll_rates(pairs: Iterable[tuple[str, str]], states: Sequence[str]) -> tuple[RollRate, ...]:
    """The transition matrix of (state, state a month later), rows and columns in `states` order.

    Cells without a move are left out; a row's shares add up to 1.

    >>> [(r.from_state, r.to_state, r.share) for r in roll_rates(
    ...     [("M1", "M0"), ("M1", "M2"), ("M1", "M0")], ["M0", "M1", "M2"])]
    [('M1', 'M0', Fraction(2, 3)), ('M1', 'M2', Fraction(1, 3))]
    """
    counts = Counter(pairs)
    starting: Counter[str] = Counter()
    for (before, _), n in counts.items():
        starting[before] += n
    return tuple(
        RollRate(before, after, counts[before, after], starting[before])
        for before in states
        for after in states
        if counts[before, after]
    )


def is_cure(before: int, after: int) -> bool:
    """Whether days past due fell from something to nothing."""
    return before > 0 and after == 0
