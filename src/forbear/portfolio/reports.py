"""Reports over the book: DPD ladder, roll rates from month to month, vintage curves.

Roll rates age the book at each month's end and pair each loan with itself a month later; a loan
that is settled or written off by then has rolled to `settled` or `written_off`. A monthly-status
set keeps its own states instead of buckets.
"""

import calendar
from datetime import date, timedelta
from itertools import pairwise

import polars as pl

from forbear.delinquency import transitions_columns, vintages_columns
from forbear.delinquency.aging import DEFAULT_SCHEME, AgingScheme
from forbear.delinquency.buckets import scheme as bucket_scheme
from forbear.delinquency.buckets import status_scheme
from forbear.portfolio.aging import age_book
from forbear.portfolio.book import Book

SETTLED, WRITTEN_OFF = "settled", "written_off"
LATE_DAYS = 30


def month_ends(first: date, last: date) -> list[date]:
    """Last days of the months from that of `first` on which are not after `last`.

    >>> month_ends(date(2026, 1, 15), date(2026, 3, 30))
    [datetime.date(2026, 1, 31), datetime.date(2026, 2, 28)]
    """
    ends: list[date] = []
    year, month = first.year, first.month
    while True:
        end = date(year, month, calendar.monthrange(year, month)[1])
        if end > last:
            return ends
        ends.append(end)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def span(book: Book) -> tuple[date, date] | None:
    """First disbursement and last recorded day (due date or payment) of the book's loans."""
    first = book.scan_all("loans").select(pl.col("disbursed_on").min()).collect().item()
    if first is None:
        return None
    due = book.scan_all("instalments").select(pl.col("due_on").max()).collect().item()
    paid = book.scan_all("payments").select(pl.col("effective_on").max()).collect().item()
    return first, max(day for day in (first, due, paid) if day is not None)


def roll_rates(
    book: Book, *, until: date | None = None, scheme: AgingScheme = DEFAULT_SCHEME
) -> pl.DataFrame:
    """`from, to, n, of, share` from one month's end to the next, over all months by `until`."""
    if book.manifest.status_scheme is not None:
        return _status_roll_rates(book, book.manifest.status_scheme)
    pairs = [frame for _, _, frame in _month_pairs(book, until, scheme)]
    return _roll(pairs, _states(scheme))


def roll_rate_months(
    book: Book, *, until: date, scheme: AgingScheme = DEFAULT_SCHEME
) -> list[tuple[str, str, pl.DataFrame]]:
    """The same for each pair of months: (2026-09, 2026-10, roll rates), oldest first."""
    return [
        (before.isoformat()[:7], after.isoformat()[:7], _roll([frame], _states(scheme)))
        for before, after, frame in _month_pairs(book, until, scheme)
    ]


def _states(scheme: AgingScheme) -> list[str]:
    return [b.name for b in bucket_scheme(scheme.ladder).buckets] + [WRITTEN_OFF, SETTLED]


def _month_pairs(
    book: Book, until: date | None, scheme: AgingScheme
) -> list[tuple[date, date, pl.DataFrame]]:
    """Each loan's state at two month ends that follow each other: rows of `from`, `to`."""
    known = span(book)
    if known is None:
        return []
    ends = month_ends(known[0], min(until or known[1], known[1] + timedelta(days=31)))
    standing = [(end, _standing(book, end, scheme)) for end in ends]
    return [
        (
            start,
            end,
            before.join(after, on=["lender", "loan_id"], how="left").select(
                pl.col("state").alias("from"), pl.col("state_right").fill_null(SETTLED).alias("to")
            ),
        )
        for (start, before), (end, after) in pairwise(standing)
    ]


def _standing(book: Book, day: date, scheme: AgingScheme) -> pl.DataFrame:
    aged = age_book(book, day, scheme)
    state = pl.when(pl.col("status") == WRITTEN_OFF).then(pl.lit(WRITTEN_OFF)).otherwise("bucket")
    return aged.filter(pl.col("status") != "recalled").select(
        "lender", "loan_id", state.alias("state")
    )


def _status_roll_rates(book: Book, scheme_id: str) -> pl.DataFrame:
    """Moves of a monthly-status set, in its own states."""
    pairs = []
    for number in range(book.manifest.partitions):
        rows = book.scan("monthly_status", number).select("loan_key", "month", "status")
        later = rows.with_columns(pl.col("month") - 1)
        pair = rows.join(later, on=["loan_key", "month"], suffix="_later")
        pairs.append(
            pair.select(pl.col("status").alias("from"), pl.col("status_later").alias("to"))
        )
    return transitions_columns.roll_rates(
        pl.concat(pairs), status_scheme(scheme_id).states
    ).collect()


def _roll(pairs: list[pl.DataFrame], states: list[str]) -> pl.DataFrame:
    empty = pl.DataFrame(schema={"from": pl.String(), "to": pl.String()})
    together = pl.concat([empty, *pairs]).lazy()
    return transitions_columns.roll_rates(together, states).collect()


def dpd_ladder(aged: pl.DataFrame, scheme: AgingScheme = DEFAULT_SCHEME) -> pl.DataFrame:
    """Per bucket and currency: loans, arrears and outstanding of active loans; empty buckets too."""
    names = [b.name for b in bucket_scheme(scheme.ladder).buckets]
    counted = (
        aged.filter(pl.col("status") == "active")
        .group_by("currency", "bucket")
        .agg(
            pl.len().alias("loans"),
            pl.col("arrears_minor").sum(),
            pl.col("outstanding_minor").sum(),
        )
    )
    every = counted.select("currency").unique().join(pl.DataFrame({"bucket": names}), how="cross")
    order = pl.col("bucket").cast(pl.Enum(names))
    return (
        every.join(counted, on=["currency", "bucket"], how="left")
        .with_columns(pl.col("loans", "arrears_minor", "outstanding_minor").fill_null(0))
        .sort("currency", order)
    )


def dpd_ladder_before(
    book: Book, lender: str, day: date, scheme: AgingScheme = DEFAULT_SCHEME, days: int = 30
) -> pl.DataFrame:
    """The ladder `days` earlier, computed anew from the book as it is known now."""
    aged = age_book(book, day - timedelta(days=days), scheme, lender)
    return dpd_ladder(aged, scheme)


def vintages(
    book: Book, *, until: date, scheme: AgingScheme = DEFAULT_SCHEME, late_days: int = LATE_DAYS
) -> pl.DataFrame:
    """`vintage, months_on_book, loans, late, share`: share ever `late_days` or more past due.

    Lateness is looked at on the last day of each month and on `until`.
    """
    known = span(book)
    if known is None:
        return pl.DataFrame(schema={"vintage": pl.String(), "months_on_book": pl.Int64()})
    ends = sorted({*month_ends(known[0], until), until})
    late = [
        age_book(book, end, scheme)
        .filter(pl.col("days_past_due") >= late_days)
        .select("lender", "loan_id", pl.lit(end).alias("late_on"))
        for end in ends
    ]
    first_late = pl.concat(late).group_by("lender", "loan_id").agg(pl.col("late_on").min())
    loans = (
        book.scan_all("loans")
        .filter((pl.col("disbursed_on") <= until) & (pl.col("scheduled_minor") > 0))
        .select("lender", "loan_id", "disbursed_on")
        .collect()
        .join(first_late, on=["lender", "loan_id"], how="left")
    )
    return vintages_columns.vintage_curves(loans.lazy(), until).collect()
