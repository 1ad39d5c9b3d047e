"""Pauses and re-ages: recorded events that change how days are counted, never the record.

A pause (还款暂缓, a moratorium, a dispute being looked into) stops the count on its days; it
may be entered later than it began. A re-age starts the count anew from its day, by agreement.
Days past due before an event are never altered by it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from forbear.primitives.errors import RequestRefused


class PauseImpossible(RequestRefused):
    """A pause that ends before it starts."""

    code = "pause_impossible"


@dataclass(frozen=True, slots=True)
class Pause:
    """Days from `starts_on` to `ends_on`, both included, that do not count."""

    starts_on: date
    ends_on: date

    def __post_init__(self) -> None:
        if self.ends_on < self.starts_on:
            raise PauseImpossible(
                f"A pause from {self.starts_on} cannot end on {self.ends_on}: exchange the dates."
            )


@dataclass(frozen=True, slots=True)
class ReAge:
    """The count starts anew at the end of `on`."""

    on: date


def merged_pauses(pauses: Iterable[Pause]) -> tuple[Pause, ...]:
    """The same paused days as pauses that neither overlap nor touch, in order.

    >>> merged_pauses([Pause(date(2026, 1, 5), date(2026, 1, 9)),
    ...                Pause(date(2026, 1, 1), date(2026, 1, 5))])
    (Pause(starts_on=datetime.date(2026, 1, 1), ends_on=datetime.date(2026, 1, 9)),)
    """
    merged: list[Pause] = []
    for pause in sorted(pauses, key=lambda p: (p.starts_on, p.ends_on)):
        if merged and pause.starts_on <= merged[-1].ends_on + timedelta(days=1):
            merged[-1] = Pause(merged[-1].starts_on, max(merged[-1].ends_on, pause.ends_on))
        else:
            merged.append(pause)
    return tuple(merged)


def paused_days(pauses: Iterable[Pause], *, after: date, until: date) -> int:
    """Days d with `after` < d ≤ `until` on which some pause holds; overlaps count once.

    >>> paused_days([Pause(date(2026, 1, 1), date(2026, 1, 9))],
    ...             after=date(2026, 1, 5), until=date(2026, 1, 31))
    4
    """
    total = 0
    for pause in merged_pauses(pauses):
        first = max(pause.starts_on, after + timedelta(days=1))
        last = min(pause.ends_on, until)
        total += max((last - first).days + 1, 0)
    return total
