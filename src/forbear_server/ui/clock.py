"""The one place that reads the clock. Everything below takes `now` as an argument.

In a demonstration business time starts at FORBEAR_DEMO_CLOCK and moves forward with real time since
the server started; it can be moved forward, never back. Security (one-time codes, locks, idle time)
always runs on the wall clock.
"""

from __future__ import annotations

import json
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

BEIJING = ZoneInfo("Asia/Shanghai")
_imported_at = time.time()


class ClockMovesForwardOnly(ValueError):
    """The demo clock was asked to go back; old decisions would have been made in the future."""


def wall_now() -> datetime:
    """The real moment, for what no demonstration may bend."""
    return datetime.now(tz=BEIJING)


def business_now() -> datetime:
    """The moment business decisions are made at."""
    if not settings.DEMO_CLOCK:
        return wall_now()
    start, since = _demo_start()
    return start + timedelta(seconds=_seconds_since(since))


def _seconds_since(moment: float) -> float:
    return max(0.0, time.time() - moment)


def business_date() -> date:
    return business_now().astimezone(BEIJING).date()


def move_demo_clock(to: datetime) -> None:
    """Move business time forward to `to`, for every process of this installation."""
    if to <= business_now():
        raise ClockMovesForwardOnly(
            f"The demo clock stands at {business_now().isoformat()} and only moves forward; "
            f"{to.isoformat()} is behind it."
        )
    _write_state(to)


def start_demo_clock() -> None:
    """Called once when a server starts: business time begins again at the configured moment, or at
    the later one it had been moved to."""
    if settings.DEMO_CLOCK:
        _write_state(_demo_start()[0])


def _demo_start() -> tuple[datetime, float]:
    configured = datetime.fromisoformat(settings.DEMO_CLOCK)
    if configured.tzinfo is None:
        configured = configured.replace(tzinfo=BEIJING)
    try:
        state = json.loads(_state_file().read_text())
        business = datetime.fromisoformat(state["business"])
        if business >= configured:
            return business, float(state["wall"])
    except (OSError, ValueError, KeyError):
        pass
    return configured, _imported_at


def _write_state(business: datetime) -> None:
    _state_file().parent.mkdir(parents=True, exist_ok=True)
    draft = _state_file().with_suffix(".draft")
    draft.write_text(json.dumps({"business": business.isoformat(), "wall": time.time()}))
    draft.replace(_state_file())


def _state_file() -> Path:
    return Path(settings.DATA_DIR) / "demo_clock.json"
