"""Twin of `frequency.py` over columns of contact facts."""

import polars as pl

from forbear.compliance.verdicts_columns import ColumnVerdict
from forbear.contact.channels import VOICE
from forbear.rulebooks.cn_cba_2026.frequency import AttemptCap


def unanswered_attempts(cap: AttemptCap) -> ColumnVerdict:
    """CN-CBA2026-FREQ6 for every row."""
    agreed = pl.col("agreed_attempt_cap")
    limit = agreed.fill_null(cap.attempts_a_day)
    is_reached = pl.col("unanswered_attempts_today_same_number") >= limit
    refused = pl.col("channel").is_in(sorted(c.value for c in VOICE)) & is_reached
    reason = (
        pl.when(agreed.is_not_null())
        .then(pl.lit("agreed_attempts_reached"))
        .otherwise(pl.lit("unanswered_attempts_reached"))
    )
    return ColumnVerdict(refused, pl.lit(False), reason)
