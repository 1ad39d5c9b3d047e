"""The first rows of a checked tape as the book would see them, persons masked."""

from dataclasses import dataclass

import polars as pl

from forbear.delinquency.aging_columns import bucket
from forbear.delinquency.buckets import scheme
from forbear.intake.arrears import positions
from forbear.intake.checking import CheckedTape
from forbear.intake.checks.claims import LADDER
from forbear.intake.finding_log import ROW_ID
from forbear.intake.masking import masked_column
from forbear.intake.shapes.shaped import PERSON_COLUMNS

PREVIEW_ROWS = 50


@dataclass(frozen=True, slots=True)
class Preview:
    """First rows of each kind; loans with the days past due and bucket computed for them."""

    loans: pl.DataFrame
    instalments: pl.DataFrame
    payments: pl.DataFrame
    persons: pl.DataFrame


def preview(checked: CheckedTape, rows: int = PREVIEW_ROWS) -> Preview:
    """The first loans of the tape and what hangs on them."""
    tables = checked.shaped.tables
    loans = _head(tables.get("loans"), rows)
    ids = loans["loan_id"].implode() if "loan_id" in loans.columns else None
    found = {}
    for name in ("instalments", "payments", "delinquency_events"):
        frame = tables.get(name)
        if frame is not None and ids is not None:
            found[name] = frame.filter(pl.col("loan_id").is_in(ids))
    if loans.height:
        own = {"loans": loans, **found}
        stood = positions(own, checked.request.business_date)
        columns = ("loan_id", "days_past_due", "arrears_minor", "outstanding_minor")
        loans = loans.join(stood.select(columns), on="loan_id", how="left", maintain_order="left")
        days = pl.col("days_past_due")
        loans = loans.with_columns(
            pl.when(days.is_not_null()).then(bucket(days, scheme(LADDER))).alias("bucket")
        )
    return Preview(
        loans=loans,
        instalments=_head(found.get("instalments"), rows),
        payments=_head(found.get("payments"), rows),
        persons=_persons(tables.get("borrowers"), rows),
    )


def _head(frame: pl.DataFrame | None, rows: int) -> pl.DataFrame:
    return pl.DataFrame() if frame is None else frame.head(rows).drop(ROW_ID, strict=False)


def _persons(borrowers: pl.DataFrame | None, rows: int) -> pl.DataFrame:
    if borrowers is None:
        return pl.DataFrame()
    shown = borrowers.head(rows).select("borrower_id", *PERSON_COLUMNS)
    return shown.with_columns(masked_column(shown[name]) for name in PERSON_COLUMNS)
