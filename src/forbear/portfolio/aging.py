"""Aging a book: days past due, arrears and outstanding of every live loan at one day.

Twin of `delinquency.aging` and `loans.penalty` over a whole partition. Rows of a loan carry
its `loan_key`, the row number in the partition's loans file, so what was paid is looked up by
position instead of joined; only unmet instalments reach a group-by.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from forbear.delinquency import aging_columns
from forbear.delinquency.aging import DEFAULT_SCHEME, AgingScheme
from forbear.delinquency.buckets import scheme as bucket_scheme
from forbear.loans import penalty_columns
from forbear.portfolio.book import Book
from forbear.portfolio.schema import AGED

Counts = npt.NDArray[np.int64]
AT_ONCE = 2  # partitions: while one plans its small steps, the other computes


@dataclass(frozen=True, slots=True)
class PartitionRows:
    """The four tables of one partition that aging reads, lazily."""

    loans: pl.LazyFrame
    instalments: pl.LazyFrame
    payments: pl.LazyFrame
    events: pl.LazyFrame


def partition_rows(book: Book, partition: int) -> PartitionRows:
    """The partition's tables as aging needs them."""
    return PartitionRows(
        book.scan("loans", partition),
        book.scan("instalments", partition),
        book.scan("payments", partition),
        book.scan("delinquency_events", partition),
    )


def age_book(
    book: Book, as_of: date, scheme: AgingScheme = DEFAULT_SCHEME, lender: str | None = None
) -> pl.DataFrame:
    """Every live loan of the book at the end of `as_of`, in the book's own order.

    The order is the same on every run: partition, then the loan's place in it.
    """
    numbers = [n for n in range(book.manifest.partitions) if book.path("loans", n)]

    def aged_partition(number: int) -> pl.DataFrame:
        return age_rows(partition_rows(book, number), as_of, scheme)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        frames = list(pool.map(aged_partition, numbers))
    aged = pl.concat(frames) if frames else pl.DataFrame(schema=dict(AGED))
    if lender is not None:
        aged = aged.filter(pl.col("lender") == lender)
    return aged


def age_rows(
    rows: PartitionRows, as_of: date, scheme: AgingScheme = DEFAULT_SCHEME
) -> pl.DataFrame:
    """One partition aged: a row (schema AGED) for each loan paid out and not settled before."""
    paid = _paid(rows, as_of)
    unmet = _unmet(rows, paid, as_of)
    late = _late(unmet, paid, scheme).collect()
    penalty = _penalty(rows, unmet, paid, as_of)
    paused = _paused(rows, late, as_of)
    aged = (
        rows.loans.with_columns(
            paid["paid"].alias("paid"), paid["paid_before"].alias("paid_before")
        )
        .filter(_is_live(as_of))
        .join(late.lazy(), on="loan_key", how="left", maintain_order="left")
        .join(penalty, on="loan_key", how="left", maintain_order="left")
        .join(paused, on="loan_key", how="left", maintain_order="left")
    )
    return aged.select(_columns(as_of, scheme)).collect()


def _paid(rows: PartitionRows, as_of: date) -> pl.DataFrame:
    """What each loan, by position, had received at the end of `as_of` and of the day before.

    Payments lie sorted by `loan_key` and day, so a loan's total is the difference of a running
    sum at its first and last row. `last_paid_on` is the day of its last payment by `as_of`.
    """
    known = (
        rows.payments.select("loan_key", "effective_on", "amount_minor")
        .filter(pl.col("effective_on") <= as_of)
        .collect()
    )
    loans = int(rows.loans.select(pl.len()).collect().item())
    counts, paid = _sums_by_key(known, loans)
    on_the_day = known.filter(pl.col("effective_on") == as_of)
    paid_before = paid - _sums_by_key(on_the_day, loans)[1] if on_the_day.height else paid
    last_row = pl.Series(np.where(counts > 0, np.cumsum(counts) - 1, -1))
    last_paid_on = known["effective_on"].gather(last_row.replace(-1, None))
    return pl.DataFrame({"paid": paid, "paid_before": paid_before, "last_paid_on": last_paid_on})


def _sums_by_key(payments: pl.DataFrame, loans: int) -> tuple[Counts, Counts]:
    """Rows and amount for each loan key, from rows sorted by it; exact 64-bit integers."""
    counts = np.bincount(payments["loan_key"].to_numpy(), minlength=loans)
    running = np.zeros(payments.height + 1, dtype=np.int64)
    np.cumsum(payments["amount_minor"].to_numpy(), out=running[1:])
    ends = np.cumsum(counts)
    return counts, running[ends] - running[ends - counts]


def _unmet(rows: PartitionRows, paid: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Instalments due by `as_of` that what was paid does not cover."""
    paid_here = pl.lit(paid["paid"]).gather(pl.col("loan_key"))
    return (
        rows.instalments.select(
            "loan_key", "due_on", "seq", "principal_minor", "due_cumulative_minor"
        )
        .filter(pl.col("due_on") <= as_of)
        .filter(pl.col("due_cumulative_minor") > paid_here)
        .collect()
    )


def _late(unmet: pl.DataFrame, paid: pl.DataFrame, scheme: AgingScheme) -> pl.LazyFrame:
    """Per loan with something unmet: oldest unmet due date and scheduled arrears."""
    beside = unmet.lazy().with_columns(
        pl.lit(paid["paid"]).gather(pl.col("loan_key")).alias("paid_here")
    )
    due_to_date = pl.col("due_cumulative_minor")
    return beside.group_by("loan_key").agg(
        aging_columns.oldest_unmet_due_on(
            pl.col("due_on"), due_to_date, pl.col("paid_here"), scheme.materiality_minor
        ).alias("oldest_unmet_due_on"),
        (due_to_date.max() - pl.col("paid_here").first()).alias("scheduled_arrears"),
    )


def _penalty(
    rows: PartitionRows, unmet: pl.DataFrame, paid: pl.DataFrame, as_of: date
) -> pl.LazyFrame:
    """Accrued penalty interest per loan that has a penalty rate.

    An instalment nothing was paid on the loan after has one stretch of days; only the others
    need their payments laid beside them.
    """
    rates = rows.loans.filter(pl.col("penalty_rate_annual").is_not_null()).select(
        "loan_key", "penalty_rate_annual", "day_count"
    )
    overdue = (
        unmet.lazy()
        .filter(pl.col("due_on") < as_of)
        .with_columns(
            pl.lit(paid[name]).gather(pl.col("loan_key")).alias(name)
            for name in ("paid_before", "last_paid_on")
        )
    )
    is_touched = (pl.col("last_paid_on") > pl.col("due_on")).fill_null(False)
    touched = overdue.filter(is_touched).join(rates.select("loan_key"), on="loan_key", how="semi")
    untouched = overdue.filter(~is_touched).select(
        "loan_key", penalty_columns.minor_days_untouched(as_of).alias("minor_days")
    )
    own_payments = rows.payments.join(touched.select("loan_key"), on="loan_key", how="semi")
    paired = penalty_columns.minor_days(touched, own_payments, as_of)
    per_instalment = pl.concat([untouched, paired.select("loan_key", "minor_days")])
    amount = penalty_columns.amount_minor(
        pl.col("minor_days"), pl.col("penalty_rate_annual"), pl.col("day_count")
    )
    return (
        per_instalment.join(rates, on="loan_key")
        .group_by("loan_key")
        .agg(amount.sum().alias("penalty_accrued_minor"))
    )


def _paused(rows: PartitionRows, late: pl.DataFrame, as_of: date) -> pl.LazyFrame:
    """Per late loan with events: the last re-age by `as_of`, and days paused since counting began."""
    counting = late.lazy().drop_nulls("oldest_unmet_due_on")
    events = rows.events.join(counting, on="loan_key").filter(pl.col("starts_on") <= as_of)
    re_aged = (
        events.filter(pl.col("kind") == "re_age")
        .group_by("loan_key")
        .agg(pl.col("starts_on").max().alias("re_aged_on"))
    )
    pauses = merged_pauses(events.filter(pl.col("kind") == "pause"))
    counted = (
        pauses.join(counting, on="loan_key")
        .join(re_aged, on="loan_key", how="left")
        .with_columns(
            aging_columns.counted_from(pl.col("oldest_unmet_due_on"), pl.col("re_aged_on")).alias(
                "counted_from"
            )
        )
    )
    days = aging_columns.paused_days(
        pl.col("starts_on"), pl.col("ends_on"), after=pl.col("counted_from"), until=as_of
    )
    paused = counted.group_by("loan_key").agg(days.sum().alias("paused_days"))
    return re_aged.join(paused, on="loan_key", how="full", coalesce=True)


def merged_pauses(pauses: pl.LazyFrame) -> pl.LazyFrame:
    """Per loan the same paused days as pauses that neither overlap nor touch."""
    reach = pl.col("ends_on").cum_max().shift(1).over("loan_key")
    is_fresh = (pl.col("starts_on") > reach + pl.duration(days=1)).fill_null(True)
    return (
        pauses.sort("loan_key", "starts_on", "ends_on")
        .with_columns(is_fresh.cum_sum().over("loan_key").alias("run"))
        .group_by("loan_key", "run")
        .agg(pl.col("starts_on").min(), pl.col("ends_on").max())
    )


def _is_live(as_of: date) -> pl.Expr:
    """Paid out by `as_of`, and neither said nor paid to be settled before it."""
    is_settled_by_money = (pl.col("scheduled_minor") > 0) & (
        pl.col("paid_before") >= pl.col("scheduled_minor")
    )
    is_settled = (pl.col("settled_on") < as_of).fill_null(False) | is_settled_by_money
    return (pl.col("disbursed_on") <= as_of).fill_null(False) & ~is_settled


def _columns(as_of: date, scheme: AgingScheme) -> list[pl.Expr]:
    counted = aging_columns.counted_from(pl.col("oldest_unmet_due_on"), pl.col("re_aged_on"))
    days = aging_columns.days_past_due(counted, pl.col("paused_days"), as_of, scheme)
    penalty = pl.col("penalty_accrued_minor").fill_null(0)
    arrears = pl.col("scheduled_arrears").fill_null(0) + penalty
    unpaid = (pl.col("scheduled_minor") - pl.col("paid")).clip(lower_bound=0)
    status = (
        pl.when(pl.col("recalled_on") <= as_of)
        .then(pl.lit("recalled"))
        .when(pl.col("written_off_on") <= as_of)
        .then(pl.lit("written_off"))
        .otherwise(pl.lit("active"))
    )
    made = {
        "as_of": pl.lit(as_of),
        "days_past_due": days,
        "bucket": aging_columns.bucket(days, bucket_scheme(scheme.ladder)),
        "asset_class": aging_columns.bucket(days, bucket_scheme(scheme.asset_classes)),
        "status": status,
        "paused_days": pl.col("paused_days").fill_null(0),
        "arrears_minor": arrears,
        "penalty_accrued_minor": penalty,
        "outstanding_minor": unpaid + penalty,
    }
    return [made.get(name, pl.col(name)).cast(kind).alias(name) for name, kind in AGED.items()]
