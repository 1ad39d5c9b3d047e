"""Dates against each other: due before disbursement, paid before it or in days to come."""

from datetime import date

import polars as pl

from forbear.intake.checks.examined import Examined
from forbear.intake.finding_log import ROW_ID

FIRST_DAY = date(1970, 1, 1)
LAST_DAY = date(2100, 1, 1)

PAST_DAYS = (
    ("loans", "disbursed_on"),
    ("loans", "settled_on"),
    ("loans", "written_off_on"),
    ("payments", "effective_on"),
)
ANY_DAYS = (*PAST_DAYS, ("instalments", "due_on"), ("delinquency_events", "starts_on"))


def check_days(examined: Examined) -> None:
    """date_impossible, payment_before_disbursement."""
    for table, name in ANY_DAYS:
        if table in examined.shaped.derived and name == "due_on":
            continue
        column = pl.col(name)
        beyond = (column < FIRST_DAY) | (column >= LAST_DAY)
        if (table, name) in PAST_DAYS:
            beyond = beyond | (column > examined.business_date)
        examined.flag(table, beyond, "date_impossible", name, value_class="date")
    ends_first = pl.col("ends_on") < pl.col("starts_on")
    examined.flag(
        "delinquency_events", ends_first, "date_impossible", "ends_on", value_class="date"
    )
    needs_end = (pl.col("kind") == "pause") & pl.col("ends_on").is_null()
    examined.flag("delinquency_events", needs_end, "missing_value", "ends_on", value_class="empty")
    settled_first = pl.col("settled_on") < pl.col("disbursed_on")
    examined.flag("loans", settled_first, "date_impossible", "settled_on", value_class="date")
    _against_disbursement(examined)


def _against_disbursement(examined: Examined) -> None:
    days = [examined.known.loans.select("loan_id", "disbursed_on")]
    loans = examined.frame("loans")
    if loans is not None:
        days.append(loans.select("loan_id", "disbursed_on"))
    start = pl.concat(days).drop_nulls().unique("loan_id", keep="last")
    if not start.height:
        return
    for table, name, code in (
        ("payments", "effective_on", "payment_before_disbursement"),
        ("instalments", "due_on", "date_impossible"),
    ):
        frame = examined.frame(table)
        if frame is None:
            continue
        if table == "instalments" and table in examined.shaped.derived:
            frame = frame.filter(pl.col("seq") == 1)  # the later ones follow from the first
        joined = frame.select(ROW_ID, "loan_id", name).join(start, on="loan_id")
        early = joined.filter(pl.col(name) < pl.col("disbursed_on"))[ROW_ID]
        heading = examined.heading(table, name)
        examined.log.rows(early, code, heading, value_class="date")
