"""How borrowers of the demonstration pay: most on the day, some late, a few not any more.

Four habits with fixed shares give about 17 % of instalments late, most of them cured within
30 days; a borrower pays the oldest instalment first, so a delay carries over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from forbear.loans.schedules import Instalment
from forbear.world.chances import Chances


@dataclass(frozen=True, slots=True)
class Habit:
    """A way of paying; shares are per mille."""

    share: int
    late: int
    long_delay: int  # of the late ones, more than 10 days
    stops: int  # of the borrowers: pays nothing any more from some instalment on


STOP_DAYS = 210

HABITS = (
    Habit(share=740, late=70, long_delay=60, stops=14),
    Habit(share=170, late=345, long_delay=150, stops=50),
    Habit(share=70, late=520, long_delay=350, stops=220),
    Habit(share=20, late=600, long_delay=500, stops=800),
)


@dataclass(frozen=True, slots=True)
class Paid:
    """One payment of an instalment, whole or in part."""

    seq: int
    paid_on: date
    amount_minor: int


def habit(chances: Chances) -> Habit:
    """The habit of one borrower."""
    draw = chances.below(1000)
    for one in HABITS:
        if draw < one.share:
            return one
        draw -= one.share
    return HABITS[-1]


def payments(
    schedule: Sequence[Instalment], way: Habit, chances: Chances, *, until: date
) -> list[Paid]:
    """What was paid on this schedule by the end of `until`, in order."""
    stops_at = _stop(schedule, chances, until=until) if chances.happens(way.stops) else None
    found: list[Paid] = []
    last_on = date.min
    for instalment in schedule:
        if instalment.due_on > until or (stops_at is not None and instalment.seq >= stops_at):
            break
        paid_on = max(instalment.due_on + timedelta(days=_delay(way, chances)), last_on)
        if paid_on > until:
            break
        is_late = paid_on > instalment.due_on
        found += _parts(instalment, paid_on, is_late, chances)
        last_on = found[-1].paid_on
    return [p for p in found if p.paid_on <= until]


def _stop(schedule: Sequence[Instalment], chances: Chances, *, until: date) -> int | None:
    """The first instalment of the last seven months that stays unpaid, if any fell due in them."""
    earliest = until - timedelta(days=STOP_DAYS)
    recent = [i.seq for i in schedule if earliest < i.due_on <= until]
    return chances.one_of(recent) if recent else None


def _delay(way: Habit, chances: Chances) -> int:
    """Days after the due date; punctual payers often pay a day or two before."""
    if not chances.happens(way.late):
        return -chances.below(3)
    if not chances.happens(way.long_delay):
        return chances.between(1, 10)
    return chances.between(11, 30) if chances.happens(750) else chances.between(31, 70)


def _parts(instalment: Instalment, paid_on: date, is_late: bool, chances: Chances) -> list[Paid]:
    """Usually one payment; of the late ones every twelfth comes in two parts."""
    due = instalment.due_minor
    if not is_late or due < 20_000 or not chances.happens(80):
        return [Paid(instalment.seq, paid_on, due)]
    first = due // 200 * 100  # about half, whole yuan
    later = paid_on + timedelta(days=chances.between(1, 6))
    return [Paid(instalment.seq, paid_on, first), Paid(instalment.seq, later, due - first)]
