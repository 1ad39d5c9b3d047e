"""Twin of `hours.py` over columns of contact facts."""

import polars as pl

from forbear.compliance.verdicts_columns import ColumnVerdict
from forbear.rulebooks.cn_gbt_45251_2025.hours import QuietHours


def quiet_hours(hours: QuietHours) -> ColumnVerdict:
    """CN-GBT45251-HOURS for every row."""
    minute = pl.col("local_minute")
    starts, ends = pl.col("agreed_from_minute"), pl.col("agreed_until_minute")
    is_known = minute.is_not_null()
    is_agreed = starts.is_not_null() & ends.is_not_null()
    is_outside = ((minute < starts) | (minute >= ends)).fill_null(False)
    is_night = ((minute >= hours.starts_minute) | (minute < hours.ends_minute)).fill_null(False)
    refused = is_known & ((is_agreed & is_outside) | (~is_agreed & is_night))
    reason = (
        pl.when(~is_known)
        .then(pl.lit("local_time_unknown"))
        .when(is_agreed)
        .then(pl.lit("outside_agreed_hours"))
        .otherwise(pl.lit("quiet_hours"))
    )
    return ColumnVerdict(refused, ~is_known, reason)
