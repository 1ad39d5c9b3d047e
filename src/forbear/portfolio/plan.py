"""The plan: for every borrower in arrears the day's action, its reasons and its place in line.

Loans are drawn together by borrower; the gate's mask and the stage ladder choose; capacity
cuts the ranked list of what a person must do. Ties are drawn by lot from the run's seed, so
nobody is always last because of a name.
"""

import zlib
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from forbear.contact import counting_columns
from forbear.contact.attempts import Outcome
from forbear.portfolio.schema import PLAN
from forbear.strategy import ladder_columns
from forbear.strategy.ladder import StageLadder
from forbear.strategy.treatments import BY_A_PERSON, Action

PERSON = ["lender", "borrower_id"]
RESTING = {"refused_by_rule", "needs_review", "recently_contacted"}


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """What a plan is made for: the day, the moment facts are counted at, seed and capacity."""

    business_date: date
    at: datetime
    seed: int
    capacity: int


def borrowers(aged: pl.LazyFrame) -> pl.LazyFrame:
    """Per borrower with an active loan in arrears: worst loan, sums in its currency, loan ids."""
    late = aged.filter((pl.col("status") == "active") & (pl.col("arrears_minor") > 0))
    ordered = late.sort("days_past_due", "arrears_minor", "loan_id", descending=[True, True, False])
    in_currency = pl.col("currency") == pl.col("currency").first()
    return (
        ordered.group_by(PERSON, maintain_order=True)
        .agg(
            pl.col("days_past_due").first(),
            pl.col("bucket").first(),
            pl.col("currency").first(),
            pl.col("arrears_minor").filter(in_currency).sum(),
            pl.col("outstanding_minor").filter(in_currency).sum(),
            pl.col("loan_id").alias("loan_ids"),
        )
        .sort(PERSON)
    )


def people_facts(
    aged: pl.LazyFrame,
    borrower_rows: pl.LazyFrame,
    attempts: pl.LazyFrame,
    consents: pl.LazyFrame,
    at: datetime,
) -> pl.LazyFrame:
    """Contact facts at `at` of every borrower in arrears."""
    zones = borrower_rows.select(*PERSON, "time_zone")
    people = (
        borrowers(aged)
        .select(PERSON)
        .join(zones, on=PERSON, how="left")
        .with_columns(pl.lit(None, pl.String).alias("number_ref"), pl.lit(at).alias("at"))
    )
    return counting_columns.contact_facts(people, attempts, consents).sort(PERSON)


def all_attempts(of_book: pl.LazyFrame, on_desk: pl.LazyFrame) -> pl.LazyFrame:
    """Attempts of both, each once: a contact the book tells by the desk's own id is the desk's."""
    known = on_desk.select(*PERSON, "attempt_id")
    others = of_book.join(known, on=[*PERSON, "attempt_id"], how="anti")
    return pl.concat([others, on_desk], how="diagonal_relaxed")


def last_attempts(attempts: pl.LazyFrame, facts: pl.LazyFrame, at: datetime) -> pl.LazyFrame:
    """Per borrower the last attempt before `at`: when, what came of it, and on which local day.

    `local_today` and `last_local_day` are calendar days at the borrower's place; with the zone
    unknown, days of UTC.
    """
    last = (
        attempts.filter(pl.col("attempted_at") < at)
        .sort("attempted_at", "attempt_id")
        .group_by(PERSON, maintain_order=True)
        .agg(
            pl.col("attempted_at").last().alias("last_attempt_at"),
            pl.col("outcome").last().alias("last_outcome"),
        )
    )
    placed = last.join(facts.select(*PERSON, "time_zone"), on=PERSON)
    zones = facts.select(pl.col("time_zone").unique().drop_nulls()).collect()["time_zone"]
    return placed.with_columns(
        local_day(pl.col("last_attempt_at"), zones).alias("last_local_day"),
        local_day(pl.lit(at), zones).alias("local_today"),
    ).drop("time_zone")


def local_day(moment: pl.Expr, zones: pl.Series) -> pl.Expr:
    """Calendar day of a moment in the row's `time_zone`, one of `zones` or null (then UTC)."""
    day = moment.dt.date()
    for name in sorted(zones):
        here = moment.dt.convert_time_zone(name).dt.date()
        day = pl.when(pl.col("time_zone") == name).then(here).otherwise(day)
    return day


def plan(
    aged: pl.LazyFrame,
    facts: pl.LazyFrame,
    mask: pl.LazyFrame,
    attempts: pl.LazyFrame,
    snoozes: pl.LazyFrame,
    ladder: StageLadder,
    terms: PlanTerms,
) -> pl.DataFrame:
    """The day's plan (schema PLAN), by rank, then lender and borrower.

    `snoozes`: lender, borrower_id, until (moment); one that has not passed keeps its borrower
    out of today's work.
    """
    wide = _with_rulings(borrowers(aged), mask, ladder)
    known = (
        wide.join(facts.select(*PERSON, *counting_columns.COUNTS), on=PERSON, how="left")
        .join(last_attempts(attempts, facts, terms.at), on=PERSON, how="left")
        .join(_snoozed(snoozes, terms.at), on=PERSON, how="left")
        .with_columns(
            (pl.col("local_today") - pl.col("last_local_day"))
            .dt.total_days()
            .alias("days_since_attempt"),
            (pl.col("last_outcome") == Outcome.CONNECTED.value)
            .fill_null(False)
            .alias("last_connected"),
            pl.col("is_snoozed").fill_null(False),
        )
    )
    chosen = known.with_columns(**ladder_columns.choose(ladder)).sort(PERSON).collect()
    ranked = _within_capacity(chosen, terms)
    return _finished(ranked, mask, terms)


def _with_rulings(people: pl.LazyFrame, mask: pl.LazyFrame, ladder: StageLadder) -> pl.LazyFrame:
    """The gate's answer for each channel the ladder uses, beside each person."""
    for channel in sorted({s.channel for s in ladder.stages if s.channel}):
        answers = mask.filter(pl.col("channel") == channel)
        answers = answers.select(*PERSON, pl.col("ruling").alias(f"ruling_{channel}"))
        people = people.join(answers, on=PERSON, how="left").with_columns(
            pl.col(f"ruling_{channel}").fill_null("needs_review")
        )
    return people


def _snoozed(snoozes: pl.LazyFrame, at: datetime) -> pl.LazyFrame:
    running = snoozes.filter(pl.col("until") > at)
    return running.select(*PERSON).unique().with_columns(pl.lit(True).alias("is_snoozed"))


def _within_capacity(chosen: pl.DataFrame, terms: PlanTerms) -> pl.DataFrame:
    """Rank what a person must do; beyond the capacity it becomes `watch`."""
    start = zlib.crc32(f"{terms.seed}".encode())
    lots = [zlib.crc32(b.encode(), start) for b in chosen["borrower_id"]]
    drawn = chosen.with_columns(pl.Series("lot", lots, dtype=pl.UInt32))
    by_person = pl.col("action").is_in([a.value for a in BY_A_PERSON])
    line = drawn.filter(by_person).sort(
        "priority", "days_past_due", "arrears_minor", "lot", "borrower_id",
        descending=[True, True, True, False, False],
    )  # fmt: skip
    line = line.with_row_index("rank", offset=1).select(*PERSON, pl.col("rank").cast(pl.Int32))
    ranked = drawn.join(line, on=PERSON, how="left")
    is_cut = pl.col("rank") > terms.capacity
    return ranked.with_columns(
        pl.when(is_cut).then(pl.lit(Action.WATCH.value)).otherwise("action").alias("action"),
        pl.when(is_cut)
        .then(pl.concat_list(pl.lit("beyond_capacity"), "reasons"))
        .otherwise("reasons")
        .alias("reasons"),
        pl.when(~is_cut.fill_null(False)).then("rank").alias("rank"),
        pl.when(~is_cut.fill_null(False)).then("channel").alias("channel"),
    )


def _finished(ranked: pl.DataFrame, mask: pl.LazyFrame, terms: PlanTerms) -> pl.DataFrame:
    """Lay the gate's window and grounds of the stage's channel beside each row."""
    asked = ranked.lazy().with_columns(
        pl.col("channel").fill_null("voice_interactive").alias("asked_channel"),
        pl.lit(terms.business_date).alias("business_date"),
    )
    laid = asked.join(
        mask.rename({"channel": "asked_channel", "ruling": "verdict"}),
        on=[*PERSON, "asked_channel"],
        how="left",
    ).with_columns(
        pl.col("verdict").fill_null("needs_review"),
        (
            pl.col("connected_notice_calls_today") + pl.col("connected_interactive_calls_today")
        ).alias("connected_today"),
        pl.col("unanswered_attempts_today_same_number").alias("unanswered_today"),
    )
    columns = [pl.col(name).cast(kind) for name, kind in PLAN.items()]
    return laid.select(columns).sort("rank", *PERSON, nulls_last=True).collect()


def worklist_rows(made: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of the plan people work from, ranked from 1: assigned ones first, then resting ones.

    A resting row is one whose stage asks for a person, but a rule, a missing fact or the rest after
    the last contact stands against it today: shown so that its case can be opened, not contacted.
    """
    is_stopped = pl.col("reasons").list.first().is_in(sorted(RESTING))
    return (
        made.filter(pl.col("rank").is_not_null() | is_stopped)
        .sort(
            "rank",
            "days_past_due",
            *PERSON,
            nulls_last=True,
            descending=[False, True, False, False],
        )
        .with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int32).alias("rank"))
    )
