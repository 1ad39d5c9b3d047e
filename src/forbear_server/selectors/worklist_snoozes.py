"""What the nightly run reads from the desk: running snoozes, and how many people collect."""

from __future__ import annotations

from datetime import UTC

import polars as pl

from forbear.portfolio.desk_events import SNOOZES
from forbear_server.store.models import User, WorklistItem


def list_snoozes(lender_code: str) -> pl.DataFrame:
    """Every snooze of the current lender that was ever set, as the export stage wants them."""
    rows = WorklistItem.objects.filter(snoozed_until__isnull=False).values_list(
        "borrower__ref", "snoozed_until"
    )
    return pl.DataFrame(
        [(lender_code, ref, until.astimezone(UTC)) for ref, until in rows if until],
        schema=dict(SNOOZES),
        orient="row",
    )


def count_collectors() -> int:
    """Active collectors of the current lender."""
    return User.objects.filter(role="collector", is_active=True).count()
