"""After hard calls a light case: whom a collector is given next, and the pause they are offered.

Two calls in which the other side was upset wear on whoever made them. From the second such call of a
day on, each is followed by a light case before the worklist goes on in its own order, and by the
offer of a short break. A house rule (design C06); no law asks for it, and nothing is counted
against anybody. A case under a hold is nobody's next: contact with them rests.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from forbear.delinquency.buckets import BucketScheme

UPSET_CALLS = 2
BREAK_LASTS = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCase:
    """A line of the worklist that may be worked now, by what the worklist knows of it."""

    line_id: int
    rank: int
    days_past_due: int
    is_held: bool = False
    was_upset_before: bool = False


def is_light_case_due(upset_at: Sequence[datetime], *, last_taken_at: datetime | None) -> bool:
    """Whether a light case comes next: two upset calls today, and none taken since the last of them.

    `upset_at` are the moments of this day's upset calls, `last_taken_at` when a case was last taken.

    >>> hard = [datetime(2026, 11, 20, 10, 0), datetime(2026, 11, 20, 10, 30)]
    >>> is_light_case_due(hard, last_taken_at=datetime(2026, 11, 20, 10, 20))
    True
    >>> is_light_case_due(hard, last_taken_at=datetime(2026, 11, 20, 10, 40))
    False
    """
    if len(upset_at) < UPSET_CALLS:
        return False
    return last_taken_at is None or last_taken_at <= max(upset_at)


def light_cases(waiting: Sequence[WaitingCase], *, ladder: BucketScheme) -> list[WaitingCase]:
    """Those nobody holds back and nobody was upset about, in the lowest bucket one of them is in."""
    calm = [one for one in waiting if not (one.is_held or one.was_upset_before)]
    lowest = min((ladder.bucket(one.days_past_due).from_days for one in calm), default=0)
    return [one for one in calm if ladder.bucket(one.days_past_due).from_days == lowest]


def next_case(
    waiting: Sequence[WaitingCase], *, is_light_due: bool, ladder: BucketScheme
) -> WaitingCase | None:
    """The first by rank nobody holds back; of the light ones when one is due and there is one."""
    light = light_cases(waiting, ladder=ladder) if is_light_due else []
    free = light or [one for one in waiting if not one.is_held]
    return min(free, key=lambda one: one.rank, default=None)
