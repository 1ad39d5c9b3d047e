"""Attempts, consents and clocks: what the gate will rely on must be whole and possible."""

from datetime import UTC, datetime, time, timedelta

import polars as pl

from forbear.contact.consents import ConsentKind
from forbear.intake.checks.examined import Examined
from forbear.primitives.time_zones import ZoneUnknown, zone

CAPS = (ConsentKind.ATTEMPT_CAP.value, ConsentKind.CALL_CAP.value)
EAST_MOST = timedelta(hours=14)  # no clock on earth is further ahead of UTC


def check_contacts(examined: Examined) -> None:
    """date_impossible, missing_value and unknown_enumeration on attempts, consents and zones."""
    _moments(examined)
    _consents(examined)
    _zones(examined)


def _moments(examined: Examined) -> None:
    """Nothing was tried or agreed after the business date, wherever the clock stood."""
    end = datetime.combine(examined.business_date + timedelta(days=1), time(), UTC) + EAST_MOST
    for table, name in (
        ("contact_attempts", "attempted_at"),
        ("consents", "granted_at"),
        ("consents", "withdrawn_at"),
    ):
        examined.flag(table, pl.col(name) >= end, "date_impossible", name, value_class="date")
    is_back = pl.col("withdrawn_at") < pl.col("granted_at")
    examined.flag("consents", is_back, "date_impossible", "withdrawn_at", value_class="date")


def _consents(examined: Examined) -> None:
    """Agreed hours need both ends, a cap its number."""
    is_hours = pl.col("kind") == ConsentKind.AGREED_HOURS.value
    for name in ("from_minute", "until_minute"):
        empty = is_hours & pl.col(name).is_null()
        examined.flag("consents", empty, "missing_value", name, value_class="empty")
    empty_cap = pl.col("kind").is_in(list(CAPS)) & pl.col("daily_cap").is_null()
    examined.flag("consents", empty_cap, "missing_value", "daily_cap", value_class="empty")


def _zones(examined: Examined) -> None:
    borrowers = examined.frame("borrowers")
    if borrowers is None:
        return
    unknown = [name for name in borrowers["time_zone"].drop_nulls().unique() if not _is_zone(name)]
    if unknown:
        fault = pl.col("time_zone").is_in(unknown)
        examined.flag("borrowers", fault, "unknown_enumeration", "time_zone", value_class="text")


def _is_zone(name: str) -> bool:
    try:
        zone(name)
    except ZoneUnknown:
        return False
    return True
