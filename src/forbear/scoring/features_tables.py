"""The tables of a book as features read them: filtered to what was known at `as_of`.

The frames are those of the book's schema (`portfolio/schema.py`, one partition, or several made
one with `loan_key` unique in all of them). Nothing is collected here.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

import polars as pl

from forbear.delinquency.aging import AgingScheme

LOAN_COLUMNS = (
    "loan_key", "lender", "loan_id", "borrower_id", "person", "person_key",
    "principal_minor", "disbursed_on",
)  # fmt: skip
START = date(1, 1, 1)  # stands for "from the start" among the days of a loan


@dataclass(frozen=True, slots=True, kw_only=True)
class BehaviourTables:
    """The book's tables. The last four are None where nobody told.

    `failed_debits`: lender, loan_id, failed_on. `promises`: lender, loan_id, turn, on. `persons`:
    lender, borrower_id, person_id, where one installation knows that borrowers of several lenders
    are one person; without it every lender's borrower is a person of their own.
    """

    loans: pl.LazyFrame
    instalments: pl.LazyFrame
    payments: pl.LazyFrame
    delinquency_events: pl.LazyFrame
    contact_attempts: pl.LazyFrame | None = None
    failed_debits: pl.LazyFrame | None = None
    promises: pl.LazyFrame | None = None
    persons: pl.LazyFrame | None = None
    time_zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTables:
    """What was known at `as_of`, with the running totals every feature needs.

    `loans`: paid out by `as_of`, with `person`. `instalments`: `due_minor`, its `part_minor` of
    principal and posted `penalty_minor`, `cumulative_minor` in order of due date. `paid_days`: one row a loan and day with money, `amount_minor` of the
    day and `running_minor` at its end. `re_ages`, `pauses`: merged, so that no day counts twice.
    """

    as_of: date
    scheme: AgingScheme
    loans: pl.LazyFrame
    instalments: pl.LazyFrame
    payments: pl.LazyFrame
    paid_days: pl.LazyFrame
    re_ages: pl.LazyFrame
    pauses: pl.LazyFrame

    def first_day(self, window: int) -> date:
        """First of the `window` days that end with `as_of`."""
        return self.as_of - timedelta(days=window - 1)


def known_tables(tables: BehaviourTables, *, as_of: date, scheme: AgingScheme) -> KnownTables:
    """The tables with the future taken out and the contract kept."""
    loans = (
        with_person(tables.loans, tables.persons)
        .filter(pl.col("disbursed_on") <= as_of)
        .with_columns(pl.col("person").rank("dense").alias("person_key"))
        .cache()
    )
    mine = loans.select("loan_key")
    payments = tables.payments.filter(pl.col("effective_on") <= as_of).join(
        mine, on="loan_key", how="semi"
    )
    payments = payments.cache()
    events = tables.delinquency_events.filter(pl.col("starts_on") <= as_of)
    return KnownTables(
        as_of=as_of,
        scheme=scheme,
        loans=loans.select(
            *LOAN_COLUMNS,
            pl.when(pl.col("settled_on") <= as_of).then(pl.col("settled_on")).alias("settled_on"),
        ),
        instalments=_instalments(
            tables.instalments.join(mine, on="loan_key", how="semi"), as_of
        ).cache(),
        payments=payments,
        paid_days=_paid_days(payments).cache(),
        re_ages=events.filter(pl.col("kind") == "re_age")
        .select("loan_key", pl.col("starts_on").alias("re_aged_on"))
        .cache(),
        pauses=merged_pauses(events.filter(pl.col("kind") == "pause")).cache(),
    )


def with_person(rows: pl.LazyFrame, persons: pl.LazyFrame | None) -> pl.LazyFrame:
    """Rows of borrowers with the `person` they are, over lenders where that is known."""
    own = pl.concat_str(["lender", "borrower_id"], separator="\x1f")
    if persons is None:
        return rows.with_columns(own.alias("person"))
    told = persons.select(
        "lender", "borrower_id", pl.format("person \x1f{}", "person_id").alias("person")
    )
    return rows.join(told, on=["lender", "borrower_id"], how="left").with_columns(
        pl.coalesce("person", own)
    )


def part_of(tables: BehaviourTables, *, part: int, parts: int) -> BehaviourTables:
    """The tables with one part of the persons, for a partition too large to hold at once.

    Nobody is in two parts, so the features of all parts are those of the whole; which part
    somebody falls in tells nothing and may change with the version of Polars.
    """
    people = with_person(tables.loans, tables.persons)
    chosen = people.filter(pl.col("person").hash() % parts == part).drop("person")
    return replace(tables, loans=chosen)


def _instalments(rows: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    amounts = ("principal_minor", "interest_minor", "fees_minor", "penalty_minor")
    rows = rows.with_columns(pl.col(amounts).fill_null(0))
    posted = pl.when(pl.col("due_on") <= as_of).then(pl.col("penalty_minor")).otherwise(0)
    due = pl.col("principal_minor") + pl.col("interest_minor") + pl.col("fees_minor") + posted
    return (
        rows.sort("loan_key", "due_on", "seq")
        .select(
            "loan_key",
            "seq",
            "due_on",
            due.alias("due_minor"),
            pl.col("principal_minor").alias("part_minor"),
            posted.alias("penalty_minor"),
        )
        .with_columns(pl.col("due_minor").cum_sum().over("loan_key").alias("cumulative_minor"))
    )


def _paid_days(payments: pl.LazyFrame) -> pl.LazyFrame:
    return (
        payments.group_by("loan_key", "effective_on")
        .agg(pl.col("amount_minor").sum())
        .sort("loan_key", "effective_on")
        .with_columns(pl.col("amount_minor").cum_sum().over("loan_key").alias("running_minor"))
    )


def merged_pauses(pauses: pl.LazyFrame) -> pl.LazyFrame:
    """Per loan the same paused days as pauses that neither overlap nor touch."""
    reach = pl.col("ends_on").cum_max().shift(1).over("loan_key")
    is_fresh = (pl.col("starts_on") > reach + pl.duration(days=1)).fill_null(True)
    return (
        pauses.sort("loan_key", "starts_on", "ends_on")
        .with_columns(is_fresh.cum_sum().over("loan_key").alias("run"))
        .group_by("loan_key", "run")
        .agg(pl.col("starts_on").min(), pl.col("ends_on").max())
        .select("loan_key", "starts_on", "ends_on")
    )


def counted_days(rows: pl.LazyFrame, known: KnownTables, *, key: str) -> pl.LazyFrame:
    """Days from `from_on` (or the last re-age by `end_on`) to `end_on`, less paused days.

    Rows are named by (`loan_key`, `key`); a column `counted` is added. Only loans with a pause
    or a re-age take the long road.
    """
    names = ["loan_key", key]
    eventful = pl.concat([known.re_ages.select("loan_key"), known.pauses.select("loan_key")])
    passed = (pl.col("end_on") - pl.col("from_on")).dt.total_days()
    rows = rows.cache()
    plain = rows.join(eventful, on="loan_key", how="anti").with_columns(passed.alias("counted"))
    touched = rows.join(eventful, on="loan_key", how="semi")
    re_aged = (
        touched.select(*names, "end_on")
        .join(known.re_ages, on="loan_key")
        .filter(pl.col("re_aged_on") <= pl.col("end_on"))
        .group_by(names)
        .agg(pl.col("re_aged_on").max().alias("last_re_aged_on"))
    )
    started = touched.join(re_aged, on=names, how="left").with_columns(
        pl.max_horizontal("from_on", "last_re_aged_on").alias("begun_on")
    )
    first = pl.max_horizontal("starts_on", pl.col("begun_on") + pl.duration(days=1))
    last = pl.min_horizontal("ends_on", "end_on")
    paused = (
        started.select(*names, "begun_on", "end_on")
        .join(known.pauses, on="loan_key")
        .group_by(names)
        .agg(((last - first).dt.total_days() + 1).clip(lower_bound=0).sum().alias("paused"))
    )
    since = (pl.col("end_on") - pl.col("begun_on")).dt.total_days()
    less = (
        started.join(paused, on=names, how="left")
        .with_columns((since - pl.col("paused").fill_null(0)).alias("counted"))
        .drop("last_re_aged_on", "begun_on", "paused")
    )
    return pl.concat([plain, less])


def beside(
    rows: pl.LazyFrame,
    others: pl.LazyFrame,
    *,
    near: str,
    of: str,
    strategy: Literal["forward", "backward"],
) -> pl.LazyFrame:
    """Beside each row the nearest row of the same loan: `of` at least (forward) or at most `near`.

    Loan and value make one ordered number, so one pass over sorted rows is enough; columns of
    `others` are null where the loan has none.
    """
    told = [name for name in others.collect_schema().names() if name != "loan_key"]
    right = others.rename({"loan_key": "other_key"}).with_columns(
        _place("other_key", of).alias("place")
    )
    is_same = pl.col("other_key") == pl.col("loan_key")
    return (
        rows.with_columns(_place("loan_key", near).alias("place"))
        .sort("place")
        .join_asof(right.sort("place"), on="place", strategy=strategy, check_sortedness=False)
        .with_columns(pl.when(is_same).then(pl.col(name)).alias(name) for name in told)
        .drop("other_key", "place")
    )


def _place(loan_key: str, value: str) -> pl.Expr:
    return pl.col(loan_key).cast(pl.Int128) * 2**64 + pl.col(value).to_physical().cast(pl.Int128)


def first_step_above(
    rows: pl.LazyFrame, instalments: pl.LazyFrame, *, above_minor: pl.Expr
) -> pl.LazyFrame:
    """Beside each row the first running total above an amount: `cumulative_minor`, `step_due_on`."""
    is_new = (
        (pl.col("cumulative_minor") != pl.col("cumulative_minor").shift(1))
        | (pl.col("loan_key") != pl.col("loan_key").shift(1))
    ).fill_null(True)
    # instalments lie in order of loan and due date: the first of equal totals is the earliest
    steps = instalments.select(
        "loan_key", "cumulative_minor", pl.col("due_on").alias("step_due_on")
    ).filter(is_new)
    return beside(
        rows.with_columns((above_minor + 1).alias("least_minor")),
        steps,
        near="least_minor",
        of="cumulative_minor",
        strategy="forward",
    ).drop("least_minor")
