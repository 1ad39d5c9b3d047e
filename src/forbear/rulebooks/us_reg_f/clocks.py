"""Days and clock times Regulation F counts: possible places, assumed receipt, validation, records."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTES_A_DAY = 1440


def time_of_contact(
    sent_at: datetime, delivered_at: datetime | None = None, opened_at: datetime | None = None
) -> datetime:
    """When an electronic message happens: when it is sent, whenever it arrives or is read.

    Comment 6(b)(1)(i)-1.

    >>> time_of_contact(datetime(2026, 9, 2, 6, 40), opened_at=datetime(2026, 9, 2, 10)).hour
    6
    """
    return sent_at


def spread(moment: datetime, home: str, places: Sequence[str]) -> tuple[int, int]:
    """Minutes by which the clocks of the possible places are behind and ahead of the home clock.

    Comment 6(b)(1)(i)-2; Arizona keeps no daylight-saving time.

    >>> moment = datetime(2026, 7, 15, 10, 30, tzinfo=ZoneInfo("America/New_York"))
    >>> spread(moment, "America/New_York", ["America/New_York", "America/Phoenix"])
    (180, 0)
    """
    ahead = [_offset(moment, place) - _offset(moment, home) for place in places] or [0]
    return max(0, -min(ahead)), max(0, max(ahead))


def convenient_window(
    on: date, zone: str, places: Sequence[str], *, starts_minute: int, ends_minute: int
) -> tuple[str, str]:
    """The hours convenient in every possible place, on the clock of `zone`.

    Comments 6(b)(1)(i)-2.i and .ii.

    >>> convenient_window(date(2026, 9, 2), "America/New_York",
    ...     ["America/New_York", "America/Los_Angeles"], starts_minute=480, ends_minute=1260)
    ('11:00', '21:00')
    """
    noon = datetime.combine(on, time(12), ZoneInfo(zone))
    shifts = [_offset(noon, zone) - _offset(noon, place) for place in places] or [0]
    return _clock(starts_minute + max(shifts)), _clock(ends_minute + min(shifts))


def federal_holidays(year: int) -> frozenset[date]:
    """Legal public holidays of 5 U.S.C. 6103(a), on their own dates (not the observed ones).

    >>> date(2026, 1, 19) in federal_holidays(2026), date(2026, 9, 7) in federal_holidays(2026)
    (True, True)
    >>> date(2026, 7, 3) in federal_holidays(2026)
    False
    """
    return frozenset(
        {
            date(year, 1, 1),
            _nth_weekday(year, 1, 0, 3),
            _nth_weekday(year, 2, 0, 3),
            _nth_weekday(year, 6, 0, 1) - timedelta(days=7),
            date(year, 6, 19),
            date(year, 7, 4),
            _nth_weekday(year, 9, 0, 1),
            _nth_weekday(year, 10, 0, 2),
            date(year, 11, 11),
            _nth_weekday(year, 11, 3, 4),
            date(year, 12, 25),
        }
    )


def assumed_receipt(sent_on: date, *, assumed_receipt_days: int) -> date:
    """The day a notice sent on `sent_on` is assumed received: working days after, none counted twice.

    Saturdays, Sundays and legal public holidays do not count (1006.34(b)(5)).

    >>> assumed_receipt(date(2026, 1, 15), assumed_receipt_days=5)
    datetime.date(2026, 1, 23)
    """
    day = sent_on
    counted = 0
    while counted < assumed_receipt_days:
        day += timedelta(days=1)
        counted += day.weekday() < 5 and day not in federal_holidays(day.year)
    return day


def validation_period_end(received_on: date, *, validation_days: int) -> date:
    """The last day of the validation period: thirty days after receipt or assumed receipt.

    Comment 34(b)(5)-1.

    >>> validation_period_end(date(2026, 1, 23), validation_days=30)
    datetime.date(2026, 2, 22)
    """
    return received_on + timedelta(days=validation_days)


def minimum_opt_out_deadline(sent_on: date, *, opt_out_days: int) -> date:
    """The earliest lawful opt-out date of a creditor's notice: at least 35 days after sending.

    Comment 6(d)(4)(ii)(C)(5)-1.

    >>> minimum_opt_out_deadline(date(2026, 7, 1), opt_out_days=35)
    datetime.date(2026, 8, 5)
    """
    return sent_on + timedelta(days=opt_out_days)


def retained_until(last_activity_on: date, *, retention_years: int) -> date:
    """The last day of retention: the same date three years on; 29 February becomes 28.

    1006.100(a) counts from the last collection activity, (b) from the recorded call.

    >>> retained_until(date(2026, 3, 10), retention_years=3)
    datetime.date(2029, 3, 10)
    """
    try:
        return last_activity_on.replace(year=last_activity_on.year + retention_years)
    except ValueError:
        return last_activity_on.replace(year=last_activity_on.year + retention_years, day=28)


def _offset(moment: datetime, zone: str) -> int:
    shift = moment.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    return int(shift.total_seconds() // 60)


def _clock(minute: int) -> str:
    return f"{minute % MINUTES_A_DAY // 60:02d}:{minute % 60:02d}"


def _nth_weekday(year: int, month: int, weekday: int, n: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))
