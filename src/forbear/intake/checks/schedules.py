"""Schedules: numbered without a gap, dates that run on, principal that adds up."""

import polars as pl

from forbear.intake.arrears import sums_by_loan
from forbear.intake.checks.examined import Examined
from forbear.intake.finding_log import ROW_ID
from forbear.portfolio.schema import INSTALMENT_AMOUNTS

COMPARED = ("seq", "due_on", *INSTALMENT_AMOUNTS)


def check_schedules(examined: Examined) -> None:
    """schedule_gap, schedule_sum_differs; for maintenance due_instalment_changed."""
    instalments = examined.frame("instalments")
    if "instalments" in examined.shaped.derived:
        return  # computed from terms, which the shape has judged
    if instalments is None:
        _without_any(examined)
        return
    _gaps(examined, instalments)
    _sums(examined, instalments)
    if examined.kind == "maintenance":
        _due_ones_unchanged(examined, instalments)


def _without_any(examined: Examined) -> None:
    """A tape that brings loans with a principal and no schedule at all."""
    if examined.kind in ("new", "full_snapshot"):
        owes = pl.col("principal_minor").is_not_null()
        examined.flag("loans", owes, "schedule_gap", "loan_id")


def _gaps(examined: Examined, instalments: pl.DataFrame) -> None:
    """The first instalment out of order in each loan; equal numbers are duplicates, not gaps."""
    if examined.is_ordered:
        return
    rows = _readable(instalments, ("seq", "due_on")).select(ROW_ID, "loan_id", "seq", "due_on")
    rows = rows.unique(["loan_id", "seq"], keep="first").sort("loan_id", "seq")
    same_loan = pl.col("loan_id") == pl.col("loan_id").shift(1)
    before = pl.when(same_loan).then(pl.col("seq").shift(1)).otherwise(0).fill_null(0)
    runs_back = same_loan & (pl.col("due_on") < pl.col("due_on").shift(1))
    judged = rows.with_columns(
        (pl.col("seq") != before + 1).alias("is_gap"), runs_back.fill_null(False).alias("is_back")
    )
    seq = examined.heading("instalments", "seq")
    due = examined.heading("instalments", "due_on")
    examined.log.rows(judged.filter("is_gap")[ROW_ID], "schedule_gap", seq, value_class="number")
    examined.log.rows(judged.filter("is_back")[ROW_ID], "schedule_gap", due, value_class="date")


def _unread_loans(instalments: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    """Loans with an instalment that could not be read: that is found already, once is enough."""
    unread = pl.any_horizontal(pl.col(name).is_null() for name in columns)
    return instalments.filter(unread).select("loan_id").drop_nulls().unique()


def _readable(instalments: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    """The rows of loans all of whose instalments could be read."""
    whole = instalments.drop_nulls("loan_id")
    return whole.join(_unread_loans(instalments, columns), on="loan_id", how="anti")


def _sums(examined: Examined, instalments: pl.DataFrame) -> None:
    """Loans whose instalments' principal is not the loan's, and loans without any instalment."""
    loans = examined.frame("loans")
    if loans is None or examined.kind not in ("new", "full_snapshot"):
        return
    unread = _unread_loans(instalments, ("seq", "principal_minor"))
    sums = sums_by_loan(instalments, pl.col("principal_minor"), "sum_minor")
    joined = loans.select(ROW_ID, "loan_id", "principal_minor").drop_nulls()
    joined = joined.join(unread, on="loan_id", how="anti").join(sums, on="loan_id", how="left")
    empty = joined.filter(pl.col("sum_minor").is_null())[ROW_ID]
    examined.log.rows(empty, "schedule_gap", examined.heading("loans", "loan_id"))
    differs = joined.filter(pl.col("sum_minor") != pl.col("principal_minor"))[ROW_ID]
    heading = examined.heading("loans", "principal_minor")
    examined.log.rows(differs, "schedule_sum_differs", heading, value_class="number")


def _due_ones_unchanged(examined: Examined, instalments: pl.DataFrame) -> None:
    """A maintenance tape may not alter what fell due by the business date: that is history."""
    known = examined.known.instalments
    if known is None:
        return
    day = examined.business_date
    amounts = [pl.col(name).fill_null(0) for name in INSTALMENT_AMOUNTS]
    fresh = instalments.filter(pl.col("due_on") <= day).with_columns(amounts)
    old = known.filter(pl.col("due_on") <= day).with_columns(amounts)
    old = old.join(instalments.select("loan_id").unique(), on="loan_id", how="semi")
    key = ["loan_id", *COMPARED]
    changed = fresh.join(old, on=key, how="anti")[ROW_ID]
    gone = old.join(fresh, on=key, how="anti").select("loan_id").unique()
    first = instalments.unique("loan_id", keep="first", maintain_order=True)
    heading = examined.heading("instalments", "due_on")
    examined.log.rows(changed, "due_instalment_changed", heading, value_class="date")
    examined.log.rows(
        first.join(gone, on="loan_id", how="semi")[ROW_ID],
        "due_instalment_changed",
        heading,
        value_class="date",
    )
