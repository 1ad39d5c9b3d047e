"""How well texts are judged: precision and recall by kind, with Wilson's 95% intervals.

A message may hold several kinds; each kind is counted by itself. A kind a family allows besides
(`also`) counts neither as found nor as false. E. B. Wilson, JASA 22 (1927), 209-212.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

import yaml

from forbear.contact.wording.facts import Case, Direction
from forbear.contact.wording.rules import Kind
from forbear.contact.wording.screening import screen

Z = 1.959963984540054
ADVICE = frozenset({Kind.NO_LENDER, Kind.NO_HELP, Kind.HARD_TO_READ})


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its interval; there is none of nothing."""

    count: int
    total: int

    @property
    def value(self) -> float | None:
        return self.count / self.total if self.total else None

    def interval(self) -> tuple[float, float]:
        """Wilson's 95% interval.

        >>> tuple(round(one, 3) for one in Share(9, 10).interval())
        (0.596, 0.982)
        """
        if not self.total:
            return 0.0, 1.0
        share, n = self.count / self.total, self.total
        middle = share + Z * Z / (2 * n)
        spread = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
        scale = 1 + Z * Z / n
        return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found of one class, what was missed, what was wrongly found."""

    name: str
    found: int
    missed: int
    false: int

    @property
    def precision(self) -> Share:
        return Share(self.found, self.found + self.false)

    @property
    def recall(self) -> Share:
        return Share(self.found, self.found + self.missed)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledMessage:
    """A message with the kinds that must be found in it."""

    text: str
    family: str
    kinds: frozenset[Kind]
    also: frozenset[Kind]
    about: Case
    direction: Direction
    is_held_out: bool
    is_hard: bool
    is_about_advice: bool


def read_labelled(file: Path, /) -> list[LabelledMessage]:
    """The labelled messages of a file, in its order."""
    told = yaml.safe_load(file.read_text(encoding="utf-8"))
    cases = {name: _case(one) for name, one in told["cases"].items()}
    return [
        LabelledMessage(
            text=text,
            family=one["family"],
            kinds=frozenset(map(Kind, one["kinds"])),
            also=frozenset(map(Kind, one.get("also", ()))),
            about=cases[one.get("case", "usual")],
            direction=Direction(one.get("direction", "outgoing")),
            is_held_out=part == "held_out",
            is_hard=bool(one.get("hard", False)),
            is_about_advice=bool(one.get("advice", False)),
        )
        for one in told["families"]
        for part in ("tuning", "held_out")
        for text in one.get(part, ())
    ]


def _case(told: Mapping[str, Any]) -> Case:
    return Case(
        amounts_minor=frozenset(told["amounts_minor"]),
        lender_names=tuple(told["lender_names"]),
        is_time_barred=bool(told.get("is_time_barred", False)),
        is_litigation_decided=bool(told.get("is_litigation_decided", False)),
        is_right_party_verified=bool(told.get("is_right_party_verified", True)),
    )


def kinds_found(message: LabelledMessage, /) -> frozenset[Kind]:
    """The kinds the explicit rules find; advice counts only where the message is about it."""
    kinds = screen(
        message.text, about=message.about, direction=message.direction, leaning=_silent
    ).kinds()
    return kinds & ADVICE if message.is_about_advice else kinds - ADVICE


def _silent(plain: str) -> None:
    """No linear model: the explicit rules are measured alone."""


def measured_kinds(messages: Iterable[LabelledMessage], /) -> tuple[Measured, ...]:
    """Each kind over the messages, in the order of the kinds; kinds nobody labelled are left out."""
    found: dict[Kind, list[int]] = {}
    for message in messages:
        told = kinds_found(message)
        for kind in message.kinds | told:
            counts = found.setdefault(kind, [0, 0, 0])
            if kind in message.kinds:
                counts[0 if kind in told else 1] += 1
            elif kind not in message.also:
                counts[2] += 1
    return tuple(
        Measured(kind.value, *found[kind]) for kind in Kind if kind in found and any(found[kind])
    )


def measured_classes(pairs: Sequence[tuple[str, str]], /) -> tuple[Measured, ...]:
    """Each class of (true, told) pairs."""
    names = sorted({true for true, _ in pairs})
    return tuple(
        Measured(
            name,
            sum(true == told == name for true, told in pairs),
            sum(true == name != told for true, told in pairs),
            sum(told == name != true for true, told in pairs),
        )
        for name in names
    )


def accuracy(pairs: Sequence[tuple[str, str]], /) -> Share:
    """The share told rightly."""
    return Share(sum(true == told for true, told in pairs), len(pairs))
