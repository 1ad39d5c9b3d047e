"""The borrower's clock: local date and minute of a moment, by a named IANA zone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from forbear.primitives.errors import RequestRefused


class ZoneUnknown(RequestRefused):
    """A name is not an IANA time zone."""

    code = "zone_unknown"


class MomentNaive(RequestRefused):
    """A moment came without its zone, so nobody can say when it was."""

    code = "moment_naive"


def zone(name: str) -> ZoneInfo:
    """The zone called `name`; raises `ZoneUnknown` instead of guessing.

    >>> zone("Asia/Shanghai").key
    'Asia/Shanghai'
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, IsADirectoryError):
        raise ZoneUnknown(f"No time zone is called {name!r}: use one like Asia/Shanghai.") from None


def local_date(moment: datetime, zone_name: str) -> date:
    """Calendar day at the borrower's place. Raises `MomentNaive` without a zone.

    >>> from datetime import UTC
    >>> local_date(datetime(2026, 3, 10, 16, 0, tzinfo=UTC), "Asia/Shanghai")
    datetime.date(2026, 3, 11)
    """
    return _local(moment, zone_name).date()


def local_minute(moment: datetime, zone_name: str) -> int:
    """Minute of the local day, 0 to 1439; seconds are cut off, so 21:59:59 is 21:59.

    >>> from datetime import UTC
    >>> local_minute(datetime(2026, 3, 10, 14, 0, tzinfo=UTC), "Asia/Shanghai") == 22 * 60
    True
    """
    local = _local(moment, zone_name)
    return local.hour * 60 + local.minute


def _local(moment: datetime, zone_name: str) -> datetime:
    if moment.tzinfo is None:
        raise MomentNaive("A moment needs its zone: give 2026-03-10T21:59+08:00.")
    return moment.astimezone(zone(zone_name))
