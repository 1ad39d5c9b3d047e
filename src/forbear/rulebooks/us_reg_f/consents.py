"""Consent to further calls (1006.14(b)(3)(i)): from which day to which day calls do not count."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True)
class ConsentedDays:
    """The days on which calls are outside the frequencies; `ended_at` is when it ended early."""

    received_at: datetime
    first: date
    last: date
    ended_at: datetime | None = None

    def covers(self, moment: datetime) -> bool:
        """Whether a call at `moment` rests on this consent."""
        is_early_enough = self.ended_at is None or moment <= self.ended_at
        is_after = moment > self.received_at
        return is_after and is_early_enough and self.first <= moment.date() <= self.last


def lifted_days(
    received_at: datetime,
    *,
    weekday: int | None,
    ended_at: datetime | None,
    consent_days: int,
) -> ConsentedDays | None:
    """The days a consent lifts: at most seven, the day of receipt the first.

    `weekday` (0 Monday) is a day the person named: only the next such day. `ended_at` is a
    revocation or a conversation about that debt. None when the named day lies beyond the seven.
    Comments 14(b)(3)(i)-2 and -3.

    >>> lifted_days(datetime(2026, 6, 4, 9), weekday=None, ended_at=None, consent_days=7).last
    datetime.date(2026, 6, 10)
    >>> monday = lifted_days(datetime(2026, 4, 3, 10), weekday=0, ended_at=None, consent_days=7)
    >>> monday.first, monday.last
    (datetime.date(2026, 4, 6), datetime.date(2026, 4, 6))
    """
    received_on = received_at.date()
    last = received_on + timedelta(days=consent_days - 1)
    if weekday is None:
        return ConsentedDays(received_at, received_on, last, ended_at)
    named = received_on + timedelta(days=(weekday - received_on.weekday() - 1) % 7 + 1)
    if named > last:
        return None
    return ConsentedDays(received_at, named, named, ended_at)
