"""The lender's own days past due and bucket against ours: a warning, never a correction."""

import polars as pl

from forbear.delinquency.aging_columns import bucket
from forbear.delinquency.buckets import scheme
from forbear.intake.arrears import positions
from forbear.intake.checks.examined import Examined
from forbear.intake.finding_log import ROW_ID
from forbear.primitives.findings import Level

LADDER = "m-ladder"


def check_claims(examined: Examined) -> None:
    """bucket_differs: the schedule and payments of the tape give another number or bucket."""
    claims = examined.shaped.claims
    if claims is None or examined.kind not in ("new", "full_snapshot"):
        return
    ours = positions(examined.shaped.tables, examined.business_date)
    joined = claims.join(ours, on="loan_id").filter(~pl.col("has_events"))
    for name, own in (
        ("lender_days_past_due", pl.col("days_past_due")),
        ("lender_bucket", bucket(pl.col("days_past_due"), scheme(LADDER))),
    ):
        if name not in claims.columns:
            continue
        differs = joined.filter(pl.col(name) != own)[ROW_ID]
        heading = examined.heading("loans", name)
        examined.log.rows(
            differs, "bucket_differs", heading, level=Level.WARNING, value_class="text"
        )
