"""Reports over the book: DPD ladder, roll rates from month to month, vintage curves.

Roll rates age the book at each month's end and pair each loan with itself a month later; a loan
that is settled or written off by then has rolled to `settled` or `written_off`. A monthly-status
set keeps its own states instead of buckets.
"""

import calendar
from datetime import date, timedelta

import polars as pl

from forbear.delinquency import transitions_columns, vintages_columns
from forbear.delinquency.aging import DEFAULT_SCHEME, AgingScheme
from forbear.delinquency.buckets import scheme as bucket_scheme
from forbear.delinquency.buckets import status_scheme
from forbear.portfolio import histories
from forbear.portfolio.aging import age_book, partition_rows
from forbear.portfolio.book import Book
from forbear.primitives.errors import RequestRefused


class ReportImpossible(RequestRefused):
    """A report that cannot be made of this book as asked."""

    code = "report_impossible"


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
    """First disbursement, and the last day the book knows of: the latest tape's business date.

    A due date still to come is no knowledge: nobody can say yet who will pay on it. Long after
    the last due date and payment nothing moves any more, so there the days end too.
    """
    first = book.scan_all("loans").select(pl.col("disbursed_on").min()).collect().item()
    if first is None:
        return None
    known = max(date.fromisoformat(tape.business_date) for tape in book.manifest.tapes)
    due = book.scan_all("instalments").select(pl.col("due_on").max()).collect().item()
    paid = book.scan_all("payments").select(pl.col("effective_on").max()).collect().item()
    told = max(day for day in (first, due, paid) if day is not None)
    return first, max(first, min(known, told + timedelta(days=31)))


def roll_rates(
    book: Book,
    *,
    until: date | None = None,
    lender: str | None = None,
    scheme: AgingScheme = DEFAULT_SCHEME,
) -> pl.DataFrame:
    """`from, to, n, of, share` from one month's end to the next, over all months by `until`.

    A monthly-status set has no dates: there `until` is refused (`ReportImpossible`).
    """
    if book.manifest.status_scheme is not None:
        if until is not None:
            raise ReportImpossible("A monthly-status book knows no dates: leave --until out.")
        return _status_roll_rates(book, book.manifest.status_scheme)
    moves = month_moves(month_states(book, until=until, lender=lender, scheme=scheme))
    return _shares(moves, scheme)


def roll_rate_months(
    moves: pl.DataFrame, scheme: AgingScheme = DEFAULT_SCHEME
) -> list[tuple[str, str, pl.DataFrame]]:
    """The same for each pair of months: (2026-09, 2026-10, roll rates), oldest first."""
    return [
        (str(start)[:7], str(end)[:7], _shares(frame, scheme))
        for (start, end), frame in sorted(moves.partition_by("start", "end", as_dict=True).items())
    ]


def month_states(
    book: Book,
    *,
    until: date | None = None,
    lender: str | None = None,
    scheme: AgingScheme = DEFAULT_SCHEME,
) -> pl.DataFrame:
    """Loans counted by what they were at each month's end: the base of both history reports.

    Of one lender, or of all that share the book. Rows `kind, start, end, from, to, vintage, known_months, late_month, n`: moves from one
    month's end to the next (`kind` move), and first lateness by vintage (`kind` late). Each
    partition is read once and aged at every month's end.
    """
    known = span(book)
    if known is None:
        return histories.empty()
    last = until or known[1]
    ends = month_ends(known[0], last)
    parts = [
        histories.month_counts(partition_rows(book, number), ends, last, scheme, lender)
        for number in range(book.manifest.partitions)
        if book.path("loans", number)
    ]
    return histories.added_up(parts)


def month_moves(states: pl.DataFrame) -> pl.DataFrame:
    """The moves among the counts: `start, end, from, to, n`."""
    return states.filter(pl.col("kind") == "move").select("start", "end", "from", "to", "n")


def _shares(moves: pl.DataFrame, scheme: AgingScheme) -> pl.DataFrame:
    states = [b.name for b in bucket_scheme(scheme.ladder).buckets]
    return transitions_columns.shares(
        moves.lazy(), [*states, histories.WRITTEN_OFF, histories.SETTLED]
    ).collect()


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


def vintages(states: pl.DataFrame) -> pl.DataFrame:
    """`vintage, months_on_book, loans, late, share`: share ever 30 or more days past due at a month's end.

    The last day of `month_states` is looked at too; lateness between two month ends is not seen.
    """
    counted = states.filter(pl.col("kind") == "late").select(
        "vintage", "known_months", "late_month", "n"
    )
    return vintages_columns.curves(counted.lazy()).collect()
