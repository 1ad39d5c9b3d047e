"""What a card is trained on or asked about: rows, their features, and who and when they are.

A preset makes a `Sample` from files; everything after it (guards, fitting, prediction) sees only
this value. Features are Float64 columns (null is missing) or texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forbear.scoring.cards import Direction, Words

Kind = Literal["number", "level"]
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """An input of the card: what it is called, says, tells and advises; the expected direction."""

    name: str
    kind: Kind
    monotone: Direction | None = None
    says: Words = field(default_factory=dict)
    tells: Words = field(default_factory=dict)
    advice: Words | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A column that is no input, and why."""

    column: str
    reason: str

    def told(self) -> dict[str, str]:
        """As a card writes it."""
        return {"column": self.column, "reason": self.reason}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The bad event in words; `event` is the English name, `says` both languages."""

    event: str
    says: Words

    def told(self) -> dict[str, object]:
        """As a card writes it."""
        return {"event": self.event, "says": dict(self.says)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Rows in one order throughout.

    `events`: 1 the bad event, 0 not, -1 not known (never trained on). `persons`: rows of one person
    stay in one fold. `times`: days since 1970-01-01, or months as the data count them; an outcome is
    known `outcome_window` of them later. None where the data carry no time.
    """

    ids: pl.DataFrame
    frame: pl.DataFrame
    features: tuple[Feature, ...]
    target: Target
    persons: NDArray[np.int64]
    events: NDArray[np.int8] | None = None
    amounts: NDArray[np.int64] | None = None
    holdout: NDArray[np.int8] | None = None
    times: NDArray[np.int64] | None = None
    times_are: Literal["days", "months"] = "days"
    outcome_window: int = 0
    span: tuple[str, str] | None = None
    groups: pl.DataFrame | None = None
    refused: tuple[LeftOut, ...] = ()
    dropped: tuple[LeftOut, ...] = ()
    simulated: bool = False
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self.ids.height

    def time_text(self, time: int) -> str:
        """A time as people read it: the day, or the number of the month as the data count it."""
        return str(date.fromordinal(time + _EPOCH)) if self.times_are == "days" else str(time)

    def known(self) -> NDArray[np.int64]:
        """The rows whose outcome is known."""
        if self.events is None:
            return np.arange(self.rows, dtype=np.int64)
        return np.flatnonzero(self.events >= 0).astype(np.int64)

    def only(self, rows: Sequence[int] | NDArray[np.int64]) -> Sample:
        """The same sample with these rows only, in their order."""
        take = np.asarray(rows, dtype=np.int64)

        def some(column: NDArray[Any] | None) -> NDArray[Any] | None:
            return None if column is None else column[take]

        return replace(
            self,
            ids=self.ids[take],
            frame=self.frame[take],
            persons=self.persons[take],
            events=some(self.events),
            amounts=some(self.amounts),
            holdout=some(self.holdout),
            times=some(self.times),
            groups=None if self.groups is None else self.groups[take],
        )

    def asking(self, events: NDArray[np.int8]) -> Sample:
        """The same rows with another question."""
        return replace(self, events=events)

    def noting(self, told: Mapping[str, str]) -> Sample:
        """The same rows with more notes for the card."""
        return replace(self, notes={**self.notes, **told})


@dataclass(frozen=True, slots=True)
class Taken:
    """A sample, the SHA-256 of the files it was made from, and the name of the outcome's column."""

    sample: Sample
    digest: str
    target: str


def person_codes(persons: pl.Series) -> NDArray[np.int64]:
    """A whole number for each distinct person, by order of the person's id."""
    return persons.rank("dense").cast(pl.Int64).fill_null(0).to_numpy()
