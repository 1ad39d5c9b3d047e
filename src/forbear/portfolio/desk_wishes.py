"""What borrowers asked for on the desk, laid on the night: which loans may be spoken of, and how.

A hold on one loan (a dispute) takes that loan out of the day's plan and leaves the borrower's
others in it; with every loan in arrears held, or a hold on the person, the borrower stays in the
plan as one whom a rule stops, so that the reason is seen.
"""

from datetime import datetime

import polars as pl

from forbear.contact import preferences_columns
from forbear.portfolio.plan import PERSON, borrowers

LOAN = [*PERSON, "loan_id"]


def loans_to_speak_of(aged: pl.LazyFrame, holds: pl.LazyFrame, at: datetime) -> pl.LazyFrame:
    """`aged` without loans held at `at` whose borrower has another one in arrears to speak of.

    Only borrowers with a held loan are looked at: they are few beside the book.
    """
    held = _held_loans(holds, at)
    if held.is_empty():
        return aged
    is_late = (pl.col("status") == "active") & (pl.col("arrears_minor") > 0)
    others = (
        aged.filter(is_late)
        .join(held.lazy(), on=PERSON, how="semi")
        .join(held.lazy(), on=LOAN, how="anti")
        .select(PERSON)
        .unique()
    )
    left_out = held.lazy().join(others, on=PERSON, how="semi")
    return aged.join(left_out, on=LOAN, how="anti")


def with_wishes(
    facts: pl.LazyFrame,
    aged: pl.LazyFrame,
    preferences: pl.LazyFrame,
    holds: pl.LazyFrame,
    at: datetime,
) -> pl.LazyFrame:
    """Facts of people with what they restricted, asked about their worst loan of `aged`.

    `aged` comes from `loans_to_speak_of`: if that loan is held, all of them are.
    """
    held = _held_loans(holds, at).lazy()
    worst = borrowers(aged.join(held, on=PERSON, how="semi")).select(
        *PERSON, pl.col("loan_ids").list.first().alias("loan_ref")
    )
    return preferences_columns.wish_facts(
        facts.join(worst, on=PERSON, how="left"), preferences, holds
    ).sort(PERSON)


def _held_loans(holds: pl.LazyFrame, at: datetime) -> pl.DataFrame:
    """Loans with a hold of their own that stands at the moment."""
    return (
        holds.filter(pl.col("loan_ref").is_not_null())
        .with_columns(pl.lit(at).alias("at"))
        .filter(preferences_columns.stands())
        .select(*PERSON, pl.col("loan_ref").alias("loan_id"))
        .unique()
        .sort(LOAN)
        .collect()
    )
