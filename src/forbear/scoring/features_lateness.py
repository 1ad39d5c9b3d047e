"""How late each instalment was, and how late the loan has been: the features of lateness.

An instalment is met on the first day from which on, up to `as_of`, what was received never fell
below everything due up to and with it (less the scheme's materiality): a reversal opens it again.
Without a threshold that is `delinquency.aging.settled_on` of the schedule cut at the instalment;
a property test holds the two equal. Its days late run from its due date (or from the last re-age
after it) to the day it was met, or to `as_of` while it is not, less paused days; they are negative
for money that came early. Days past due are `delinquency.aging`, of past days too.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from forbear.delinquency.aging import Aging, AgingScheme, aging, days_past_due
from forbear.delinquency.pauses import paused_days
from forbear.loans.payments import in_order
from forbear.scoring.histories import LoanRecord

Value = int | float | None
Facts = dict[str, Value]

MAX_WINDOWS = (30, 90, 180, 365)
LATE_WINDOWS = (90, 180, 365)
LATE_DAYS = (1, 7, 30)
RECENT = 3  # instalments that a trend calls recent


@dataclass(frozen=True, slots=True)
class InstalmentStory:
    """One instalment as it stood at `as_of`: when it was met (None: not yet) and how late."""

    seq: int
    due_on: date
    due_minor: int
    cumulative_minor: int
    met_on: date | None
    days_late: int


def instalment_stories(
    record: LoanRecord, *, as_of: date, scheme: AgingScheme
) -> tuple[InstalmentStory, ...]:
    """Every instalment in order of its due date, from what is known at `as_of`."""
    days, floors = _lasting_totals(record)
    stories = []
    cumulative = 0
    for one in sorted(record.schedule, key=lambda i: (i.due_on, i.seq)):
        cumulative += one.due_minor
        place = bisect_left(floors, cumulative - scheme.materiality_minor)
        met_on = None if place == len(floors) else days[place] or one.due_on
        late = _days_late(record, one.due_on, met_on or as_of)
        stories.append(
            InstalmentStory(one.seq, one.due_on, one.due_minor, cumulative, met_on, late)
        )
    return tuple(stories)


def _lasting_totals(record: LoanRecord) -> tuple[list[date | None], list[int]]:
    """Paying days and the least that was held from each on; None stands for "from the start"."""
    totals: dict[date | None, int] = {None: 0}
    running = 0
    for payment in in_order(record.payments):
        running += payment.amount_minor
        totals[payment.effective_on] = running
    floors = list(accumulate(reversed(totals.values()), min))[::-1]
    return list(totals), floors


def _days_late(record: LoanRecord, due_on: date, end: date) -> int:
    if end <= due_on:
        return (end - due_on).days
    start = max([due_on, *(r.on for r in record.re_ages if r.on <= end)])
    return (end - start).days - paused_days(record.pauses, after=start, until=end)


def lateness_features(
    record: LoanRecord,
    stories: Sequence[InstalmentStory],
    *,
    as_of: date,
    scheme: AgingScheme,
) -> tuple[Facts, Aging]:
    """Days past due now and at their worst, times late, days late; with the aging they rest on."""
    now = aging(
        record.schedule,
        record.payments,
        as_of,
        scheme=scheme,
        pauses=record.pauses,
        re_ages=record.re_ages,
    )
    due = [one for one in stories if one.due_on <= as_of]
    facts: Facts = {"days_past_due": now.days_past_due}
    facts |= _worst_days(record, now, scheme)
    for least in LATE_DAYS:
        for window in LATE_WINDOWS:
            first = as_of - timedelta(days=window - 1)
            facts[f"late_{least}_plus_{window}d"] = sum(
                one.due_on >= first and one.days_late >= least for one in due
            )
    settled = [one.days_late for one in due if one.met_on is not None]
    facts["days_late_last"] = settled[-1] if settled else None
    facts["days_late_mean"] = sum(settled) / len(settled) if settled else None
    facts["days_late_worst"] = max(settled, default=None)
    facts["lateness_trend"] = _trend([max(one.days_late, 0) for one in due])
    met = [one.days_late for one in due if one.met_on is not None]
    facts["paid_early_share"] = sum(late < 0 for late in met) / len(due) if due else None
    facts["paid_on_time_share"] = sum(late <= 0 for late in met) / len(due) if due else None
    return facts, now


def _worst_days(record: LoanRecord, now: Aging, scheme: AgingScheme) -> Facts:
    """The highest count on any day of each window.

    Between payments and re-ages the count never falls, so the days before them and `as_of` are
    the only ones that can hold the highest.
    """
    counts = {now.as_of: now.days_past_due}
    for day in _eves(record, first=now.as_of - timedelta(days=max(MAX_WINDOWS) - 1)):
        counts[day] = days_past_due(
            record.schedule,
            record.payments,
            day,
            scheme=scheme,
            pauses=record.pauses,
            re_ages=record.re_ages,
        )
    return {
        f"days_past_due_max_{window}d": max(
            count for day, count in counts.items() if day >= now.as_of - timedelta(days=window - 1)
        )
        for window in MAX_WINDOWS
    }


def _eves(record: LoanRecord, *, first: date) -> Iterator[date]:
    turns = {p.effective_on for p in record.payments} | {r.on for r in record.re_ages}
    yield from (day - timedelta(days=1) for day in turns if day > first)


def _trend(days_late: Sequence[int]) -> float | None:
    """Mean of the last three less mean of those before; None without any before."""
    recent, earlier = days_late[-RECENT:], days_late[:-RECENT]
    if not earlier:
        return None
    return sum(recent) / len(recent) - sum(earlier) / len(earlier)
