"""The lender's own days past due and bucket against ours: a warning, never a correction."""

import polars as pl

from forbear.delinquency.buckets import scheme
from forbear.intake.arrears import positions
from forbear.intake.checks.examined import Examined
from forbear.intake.finding_log import ROW_ID
from forbear.primitives.findings import Level

LADDER = "m-ladder"


def bucket_of(days: pl.Expr) -> pl.Expr:
    """The name of the bucket on the default ladder."""
    buckets = scheme(LADDER).buckets
    found = pl.lit(buckets[0].name)
    for bucket in buckets[1:]:
        found = pl.when(days >= bucket.from_days).then(pl.lit(bucket.name)).otherwise(found)
    return found


def check_claims(examined: Examined) -> None:
    """bucket_differs: the schedule and payments of the tape give another number or bucket."""
    claims = examined.shaped.claims
    if claims is None or examined.kind not in ("new", "full_snapshot"):
        return
    ours = positions(examined.shaped.tables, examined.business_date)
    joined = claims.join(ours, on="loan_id").filter(~pl.col("has_events"))
    for name, own in (
        ("lender_days_past_due", pl.col("days_past_due")),
        ("lender_bucket", bucket_of(pl.col("days_past_due"))),
    ):
        if name not in claims.columns:
            continue
        differs = joined.filter(pl.col(name) != own)[ROW_ID]
        heading = examined.heading("loans", name)
        examined.log.rows(
            differs, "bucket_differs", heading, level=Level.WARNING, value_class="text"
        )
