"""Days and moments as a person types them, and the clock's reading for commands without a desk."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "Beijing")


def day_of(text: str) -> date:
    """A day written 2026-11-20. Raises `ValueError` with the remedy."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a day: write it as 2026-11-20.") from None


def read_clock() -> datetime:
    """The wall clock, read once at the edge."""
    return datetime.now(tz=UTC)


def today_in_beijing() -> date:
    """Today's date in Beijing."""
    return read_clock().astimezone(BEIJING).date()
