"""Chance with a recorded seed: the same seed gives the same world, number for number.

Philox is counter-based, so each lender and each purpose has its own stream (`child`) and one more
draw in one place moves nothing elsewhere.
"""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Choice = TypeVar("Choice")


class Chances:
    """A stream of draws from one seed."""

    def __init__(self, seed: int, *path: int) -> None:
        self._seed = seed
        self._path = path
        self._draws = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, *path])))

    def child(self, number: int) -> "Chances":
        """An independent stream of the same seed."""
        return Chances(self._seed, *self._path, number)

    def below(self, count: int) -> int:
        """A whole number from 0 to `count` - 1."""
        return int(self._draws.integers(count))

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both possible."""
        return low + self.below(high - low + 1)

    def happens(self, per_mille: int) -> bool:
        """True in `per_mille` of 1000 draws."""
        return self.below(1000) < per_mille

    def one_of(self, choices: Sequence[Choice]) -> Choice:
        """One of the choices, each as likely."""
        return choices[self.below(len(choices))]
