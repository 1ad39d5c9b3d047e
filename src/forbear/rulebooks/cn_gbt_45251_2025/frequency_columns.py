"""Twin of `frequency.py` over columns of contact facts."""

import polars as pl

from forbear.compliance.verdicts_columns import ColumnVerdict
from forbear.contact.channels import Channel
from forbear.rulebooks.cn_gbt_45251_2025.frequency import CallCap


def notice_calls(cap: CallCap) -> ColumnVerdict:
    """CN-GBT45251-FREQ-NOTICE for every row."""
    agreed = pl.col("agreed_call_cap")
    is_reached = pl.col("connected_notice_calls_today") >= agreed.fill_null(cap.calls_a_day)
    refused = (pl.col("channel") == Channel.VOICE_NOTICE_AI.value) & is_reached
    reason = (
        pl.when(agreed.is_not_null())
        .then(pl.lit("agreed_calls_reached"))
        .otherwise(pl.lit("notice_calls_reached"))
    )
    return ColumnVerdict(refused, pl.lit(False), reason)


def interactive_calls(cap: CallCap) -> ColumnVerdict:
    """CN-GBT45251-FREQ-INTERACTIVE for every row."""
    is_reached = pl.col("connected_interactive_calls_today") >= cap.calls_a_day
    refused = (pl.col("channel") == Channel.VOICE_INTERACTIVE.value) & is_reached
    return ColumnVerdict(refused, pl.lit(False), pl.lit("interactive_calls_reached"))
