"""How groups fare under a score: rates, errors, calibration and differences, with intervals.

Where a group is known, it is compared with everybody else of the same attribute. A group below 30
rows is withheld: its figures would say more about single persons than about the group. Intervals:
Wilson (1927) for a share, Newcombe (1998, method 10) for the difference of two. A difference is a
question to a person, not a verdict: groups may differ in what they earn, and still be treated right.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from forbear.scoring.cards import WHOLE
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.measures import wilson_interval

LEAST_ROWS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One person's row: the group, the probability told (ppm), and whether the event came."""

    group: str
    ppm: int
    is_event: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`events` of `rows` with the Wilson interval, in ppm; None where there are no rows."""

    events: int
    rows: int
    low_ppm: int
    high_ppm: int

    @property
    def ppm(self) -> int:
        """The share in parts per million, cut down."""
        return self.events * WHOLE // self.rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A share of the group less that of everybody else, in ppm, with Newcombe's interval."""

    ppm: int
    low_ppm: int
    high_ppm: int

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low_ppm > 0 or self.high_ppm < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupReport:
    """One group against the others. Withheld: everything but its name is None or 0.

    `flagged`: told a probability at or above the threshold. `missed`: not flagged among those the
    event came to; `false_alarms`: flagged among the others. `calibration_ppm`: mean told less seen.
    """

    attribute: str
    group: str
    rows: int
    is_withheld: bool
    mean_predicted_ppm: int | None = None
    observed: Share | None = None
    flagged: Share | None = None
    missed: Share | None = None
    false_alarms: Share | None = None
    calibration_ppm: int | None = None
    flagged_difference: Difference | None = None
    missed_difference: Difference | None = None
    false_alarm_difference: Difference | None = None


def fairness(
    attribute: str, outcomes: Iterable[Outcome], *, threshold_ppm: int
) -> tuple[GroupReport, ...]:
    """Every group of an attribute at a threshold, by name."""
    if not 0 < threshold_ppm <= WHOLE:
        raise ScoringRefused(
            "threshold-outside", f"A threshold lies in 1 to {WHOLE} ppm; got {threshold_ppm}."
        )
    rows = list(outcomes)
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for one in rows:
        groups[one.group].append(one)
    return tuple(
        _report(attribute, name, own, [r for r in rows if r.group != name], threshold_ppm)
        if len(own) >= LEAST_ROWS
        else GroupReport(attribute=attribute, group=name, rows=0, is_withheld=True)
        for name, own in sorted(groups.items())
    )


def _report(
    attribute: str, name: str, own: list[Outcome], others: list[Outcome], threshold: int
) -> GroupReport:
    mine, theirs = _Counts(own, threshold), _Counts(others, threshold)
    mean = sum(one.ppm for one in own) // len(own)
    observed = share(mine.events, mine.rows)
    return GroupReport(
        attribute=attribute,
        group=name,
        rows=len(own),
        is_withheld=False,
        mean_predicted_ppm=mean,
        observed=observed,
        flagged=share(mine.flagged, mine.rows),
        missed=share(mine.missed, mine.events),
        false_alarms=share(mine.false_alarms, mine.rows - mine.events),
        calibration_ppm=None if observed is None else mean - observed.ppm,
        flagged_difference=difference(mine.flagged, mine.rows, theirs.flagged, theirs.rows),
        missed_difference=difference(mine.missed, mine.events, theirs.missed, theirs.events),
        false_alarm_difference=difference(
            mine.false_alarms,
            mine.rows - mine.events,
            theirs.false_alarms,
            theirs.rows - theirs.events,
        ),
    )


class _Counts:
    """The four cells of a group at a threshold."""

    def __init__(self, rows: list[Outcome], threshold: int) -> None:
        self.rows = len(rows)
        self.events = sum(one.is_event for one in rows)
        self.flagged = sum(one.ppm >= threshold for one in rows)
        self.missed = sum(one.is_event and one.ppm < threshold for one in rows)
        self.false_alarms = sum(not one.is_event and one.ppm >= threshold for one in rows)


def share(events: int, rows: int) -> Share | None:
    """A share with its interval; None of no rows."""
    if rows == 0:
        return None
    low, high = wilson_interval(events, rows)
    return Share(events=events, rows=rows, low_ppm=_ppm(low), high_ppm=_ppm(high))


def difference(events: int, rows: int, other_events: int, other_rows: int) -> Difference | None:
    """First share less the second, with Newcombe's hybrid score interval; None of no rows.

    His example: 56 of 70 less 48 of 80 is 0.2000, from 0.0524 to 0.3339.

    >>> told = difference(56, 70, 48, 80)
    >>> told.ppm, told.low_ppm // 100, told.high_ppm // 100
    (200000, 524, 3338)
    """
    if not rows or not other_rows:
        return None
    one, other = events / rows, other_events / other_rows
    low, high = wilson_interval(events, rows)
    other_low, other_high = wilson_interval(other_events, other_rows)
    gap = one - other
    below = sqrt((one - low) ** 2 + (other_high - other) ** 2)
    above = sqrt((high - one) ** 2 + (other - other_low) ** 2)
    return Difference(ppm=_ppm(gap), low_ppm=_ppm(gap - below), high_ppm=_ppm(gap + above))


def _ppm(value: float) -> int:
    return round(value * WHOLE)
