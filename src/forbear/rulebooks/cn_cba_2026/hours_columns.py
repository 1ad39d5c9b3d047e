"""Twin of `hours.py` over columns of contact facts."""

import polars as pl

from forbear.compliance.verdicts_columns import ColumnVerdict
from forbear.rulebooks.cn_cba_2026.hours import Night


def night_contact(night: Night) -> ColumnVerdict:
    """CN-CBA2026-HOURS for every row."""
    minute = pl.col("local_minute")
    is_unknown = minute.is_null()
    is_night = ((minute >= night.starts_minute) | (minute < night.ends_minute)).fill_null(False)
    refused = is_night & ~pl.col("has_night_consent")
    reason = (
        pl.when(is_unknown)
        .then(pl.lit("local_time_unknown"))
        .otherwise(pl.lit("night_without_consent"))
    )
    return ColumnVerdict(refused, is_unknown, reason)
