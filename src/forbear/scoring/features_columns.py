"""Twin of `features.py` over columns: one row a live loan of the book.

The same names and values as the scalar definition, which a property test holds; nothing is
collected here. Whole numbers are Int64, quotients Float64.
"""

from datetime import date

import polars as pl

from forbear.contact.attempts import Outcome
from forbear.delinquency.aging import DEFAULT_SCHEME, AgingScheme
from forbear.scoring import features_lateness_columns as lateness
from forbear.scoring import features_payments_columns as payments
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.features_catalogue import catalogue
from forbear.scoring.features_surroundings import WINDOWS
from forbear.scoring.features_tables import BehaviourTables, KnownTables, known_tables, with_person
from forbear.scoring.histories import PromiseTurn

IDS = ("lender", "loan_id", "borrower_id")
ZERO_WHERE_ABSENT = ("days_past_due", "late_", "part_payments", "paying_days", "reversals")


def behaviour_features(
    tables: BehaviourTables, *, as_of: date, scheme: AgingScheme = DEFAULT_SCHEME
) -> pl.LazyFrame:
    """`lender`, `loan_id`, `borrower_id`, `as_of`, then every feature in the catalogue's order."""
    known = known_tables(tables, as_of=as_of, scheme=scheme)
    stories = lateness.instalment_stories(known).cache()
    money = payments.paying_days(known).cache()
    rows = known.loans.join(payments.schedule_sums(known, stories), on="loan_key", how="left")
    rows = rows.join(payments.paid_sums(known), on="loan_key", how="left").with_columns(
        pl.col("^(paid_|scheduled_|due_|before_|fell_|instalments).*$").fill_null(0)
    )
    live = rows.filter(_is_live(as_of))
    for part in (
        lateness.worst_days(known),
        lateness.lateness_features(known, stories),
        *payments.payment_features(known, money),
    ):
        live = live.join(part, on="loan_key", how="left")
    live = live.join(payments.income_features(known, money), on="person_key", how="left")
    live = _with_events(live, tables, known)
    live = _with_other_loans(live, known)
    return live.sort("loan_key").select(_columns(known))


def _is_live(as_of: date) -> pl.Expr:
    scheduled = pl.col("scheduled_minor")
    is_paid = (scheduled > 0) & (pl.col("paid_before_minor") >= scheduled)
    return ~(pl.col("settled_on") < as_of).fill_null(False) & ~is_paid


def _columns(known: KnownTables) -> list[pl.Expr]:
    made = payments.money_features(known)
    columns = [pl.col(name) for name in IDS]
    columns.append(pl.lit(known.as_of).alias("as_of"))
    for feature in catalogue().values():
        value = made.get(feature.name, pl.col(feature.name))
        if feature.name.startswith(ZERO_WHERE_ABSENT):
            value = value.fill_null(0)
        kind = pl.Int64 if feature.is_whole else pl.Float64
        columns.append(value.cast(kind).alias(feature.name))
    return columns


def _with_counts(
    live: pl.LazyFrame,
    events: pl.LazyFrame | None,
    known: KnownTables,
    *,
    on: list[str],
    names: dict[str, pl.Expr],
) -> pl.LazyFrame:
    """Counts of events with a `day`, by name and window; null where nobody told, else 0 or more.

    `names` says which rows count as what.
    """
    made = {
        f"{name}_{window}d": ((pl.col("day") >= known.first_day(window)) & which).sum()
        for name, which in names.items()
        for window in WINDOWS
    }
    if events is None:
        return live.with_columns(pl.lit(None, pl.Int64).alias(name) for name in made)
    counted = (
        events.filter(pl.col("day") <= known.as_of)
        .group_by(on)
        .agg(count.cast(pl.Int64).alias(name) for name, count in made.items())
    )
    return live.join(counted, on=on, how="left").with_columns(pl.col(list(made)).fill_null(0))


def _with_events(live: pl.LazyFrame, tables: BehaviourTables, known: KnownTables) -> pl.LazyFrame:
    """Failed debits and promises of the loan, attempts to reach the borrower."""
    debits, promises, attempts = tables.failed_debits, tables.promises, tables.contact_attempts
    loan = ["lender", "loan_id"]
    live = _with_counts(
        live,
        None if debits is None else debits.rename({"failed_on": "day"}),
        known,
        on=loan,
        names={"failed_debits": pl.lit(True)},
    )
    live = _with_counts(
        live,
        None if promises is None else promises.rename({"on": "day"}),
        known,
        on=loan,
        names={
            "promises_kept": pl.col("turn") == PromiseTurn.KEPT.value,
            "promises_broken": pl.col("turn") == PromiseTurn.BROKEN.value,
        },
    )
    return _with_counts(
        live,
        None if attempts is None else _attempt_days(attempts, tables),
        known,
        on=["person"],
        names={
            "attempts": pl.lit(True),
            "connected": pl.col("outcome") == Outcome.CONNECTED.value,
        },
    )


def _attempt_days(attempts: pl.LazyFrame, tables: BehaviourTables) -> pl.LazyFrame:
    local = pl.col("attempted_at").dt.convert_time_zone(tables.time_zone)
    return with_person(attempts, tables.persons).select(
        "person", "outcome", local.dt.date().alias("day")
    )


def _with_other_loans(live: pl.LazyFrame, known: KnownTables) -> pl.LazyFrame:
    """How many loans and lenders the person has, arrears elsewhere, days since the first loan."""
    days = pl.col("days_past_due")
    first = known.loans.group_by("person").agg(pl.col("disbursed_on").min().alias("first_on"))
    persons = live.group_by("person").agg(
        pl.len().cast(pl.Int64).alias("loans_live"),
        pl.col("lender").n_unique().cast(pl.Int64).alias("lenders_live"),
        (days > 0).sum().cast(pl.Int64).alias("in_arrears"),
        days.max().alias("worst"),
        days.sort(descending=True).slice(1, 1).first().alias("second"),
    )
    return (
        live.join(persons, on="person", how="left")
        .join(first, on="person", how="left")
        .with_columns(
            (pl.col("in_arrears") - (days > 0).cast(pl.Int64)).alias("other_loans_in_arrears"),
            pl.when(days == pl.col("worst"))
            .then(pl.col("second"))
            .otherwise(pl.col("worst"))
            .alias("other_days_past_due_max"),
            (pl.lit(known.as_of) - pl.col("first_on")).dt.total_days().alias("first_loan_days"),
        )
    )


def require_past(frame: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """The frame, if none of its rows was computed for a day after the decision's.

    A feature that knows the future makes a score look better than it is and is of no use on the
    day. Raises `ScoringRefused` ("feature-from-future"). The one place here that collects.
    """
    latest = frame.select(pl.col("as_of").max()).collect().item()
    if latest is not None and latest > as_of:
        raise ScoringRefused(
            "feature-from-future",
            f"Features of {latest} were given for a decision of {as_of}: they know what nobody "
            f"could know then. Compute them with as_of={as_of}.",
        )
    return frame
