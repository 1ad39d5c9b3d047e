"""Preset `superlender`: will this loan go bad, told at its approval from the borrower's earlier loans.

Every earlier loan is looked at as it stood when the labelled loan was approved: a payment or a
closing after that moment is not known yet. Left out on purpose: who referred the borrower, where
the borrower lives, and education (mostly empty).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from forbear.scoring.errors import ScoringRefused
from forbear.scoring.training.column_kinds import (
    join_key,
    moments,
    numbers,
    require_ids,
    require_known,
    require_plain,
    require_present,
)
from forbear.scoring.training.feature_lists import feature_list
from forbear.scoring.training.reading import named_file, read_columns
from forbear.scoring.training.samples import LeftOut, Sample, Target, person_codes

FILES = ("previous_loans", "customers", "next_loan_outcome")
IDS = ("customerid",)
TARGET = Target(
    event="the loan is not settled on time (good_bad_flag is Bad)",
    says={
        "zh-Hans": "本笔贷款未按时结清",
        "en": "This loan will not be settled on time",
    },
)
REFUSED = (
    LeftOut("referredby", "third_persons: who referred a borrower is not the borrower's conduct"),
    LeftOut("longitude_1dp", "precise_location: where a borrower lives (PIPL Art. 28)"),
    LeftOut("latitude_1dp", "precise_location: where a borrower lives (PIPL Art. 28)"),
)
DROPPED = (
    LeftOut("level_of_education_clients", "empty for nine in ten customers"),
    LeftOut("bank_name_clients", "nineteen banks, few rows each: no gain in cross-validation"),
    LeftOut("systemloanid", "an id"),
    LeftOut("approveddate", "its day: within the one month of outcomes it is nothing but the date"),
)
_KEPT_EACH_LOAN = 0.6
_DAYS_CUT, _CLOSING_CUT = 10, 30
_LOAN = ("customerid", "systemloanid", "approveddate", "loanamount", "totaldue", "termdays")
_EARLIER = (*_LOAN, "closeddate", "firstduedate", "firstrepaiddate")
_DAYS = ("approveddate", "closeddate", "firstduedate", "firstrepaiddate")
_AMOUNTS = ("loanamount", "totaldue", "birth_year")
_PERSON = ("customerid", "bank_account_type", "employment_status_clients", "birth_year")


@dataclass(frozen=True, slots=True, kw_only=True)
class SuperlenderTables:
    """The three files; `loans` are those to be scored, one row each."""

    loans: pl.DataFrame
    earlier: pl.DataFrame
    customers: pl.DataFrame


def read_superlender(folder: Path, *, with_outcomes: bool) -> tuple[SuperlenderTables, list[Path]]:
    """The files of a folder; without outcomes `good_bad_flag` need not be there."""
    if folder.is_file():
        raise ScoringRefused(
            "folder-needed",
            f"Preset superlender reads three files, {', '.join(FILES)}: {folder} is one file. Name "
            f"the folder that holds all three, --data {folder.parent}.",
        )
    paths = [named_file(folder, name) for name in FILES]
    flag = ("good_bad_flag",) if with_outcomes else ()
    tables = SuperlenderTables(
        earlier=_typed(read_columns(paths[0], _EARLIER), paths[0].name),
        customers=_typed(
            read_columns(paths[1], _PERSON, ("level_of_education_clients",)), paths[1].name
        ),
        loans=_typed(read_columns(paths[2], (*_LOAN, *flag)), paths[2].name),
    )
    require_ids(tables.loans, IDS, paths[2].name)
    require_present(tables.loans["approveddate"], paths[2].name)
    return tables, paths


def _typed(rows: pl.DataFrame, place: str) -> pl.DataFrame:
    """The rows of one file with moments and numbers for what should be such."""
    require_plain(rows, rows.columns, place, "Write plain values.")
    return rows.with_columns(
        *(moments(rows, name, place) for name in _DAYS if name in rows.columns),
        *(numbers(rows, name, place) for name in _AMOUNTS if name in rows.columns),
        *(numbers(rows, name, place, whole=True) for name in ("termdays",) if name in rows.columns),
    )


def superlender_sample(tables: SuperlenderTables, *, with_outcomes: bool) -> Sample:
    """One row for each loan to be scored, in the order of the file."""
    loans = tables.loans
    frame = superlender_features(tables)
    features = feature_list("superlender")
    events = None
    if with_outcomes:
        flags = loans["good_bad_flag"]
        require_known(flags, ("Good", "Bad"), FILES[2], "target-unreadable")
        events = (flags.cast(pl.String) == "Bad").cast(pl.Int8).to_numpy()
    approved = loans["approveddate"]
    days = approved.dt.date().cast(pl.Int32).cast(pl.Int64).to_numpy()
    return Sample(
        ids=loans.select("customerid"),
        frame=frame.select([feature.name for feature in features]),
        features=features,
        target=TARGET,
        persons=person_codes(loans["customerid"]),
        events=events,
        times=days,
        # The outcome takes a month and more to be known, all loans were approved within one: no
        # later time is there to test on.
        outcome_window=int(np.max(loans["termdays"].drop_nulls().to_numpy(), initial=30)),
        span=(str(approved.dt.date().min()), str(approved.dt.date().max())),
        groups=frame.select(
            pl.when(pl.col("birth_year").is_null())
            .then(None)
            .otherwise(pl.format("{}s", (pl.col("birth_year") // 10 * 10).cast(pl.Int32)))
            .alias("birth_year")
        ),
        refused=REFUSED,
        dropped=DROPPED,
        notes={"earlier loans": "all closed before the scored loan, as the file has no others"},
    )


def superlender_features(tables: SuperlenderTables) -> pl.DataFrame:
    """The features of each loan to be scored, from what was known at its approval."""
    loans = _keyed(tables.loans).with_row_index("row").with_columns(at=pl.col("approveddate"))
    history = _history(loans, _keyed(tables.earlier))
    told = loans.join(_summary(history), on="row", how="left")
    persons = _keyed(tables.customers).unique("customerid", keep="first", maintain_order=True)
    due = pl.col("at") + pl.duration(days=pl.col("termdays"))
    cost = pl.col("totaldue") / pl.col("loanamount") - 1
    return (
        told.join(persons, on="customerid", how="left")
        .sort("row")
        .with_columns(
            interest_share=cost,
            term_days=pl.col("termdays"),
            loan_amount=pl.col("loanamount"),
            amount_to_largest=pl.col("loanamount") / pl.col("largest_amount"),
            due_day_of_month=due.dt.day(),
            due_weekday=due.dt.weekday(),
            previous_loans=pl.col("previous_loans").fill_null(0),
        )
        .rename({"employment_status_clients": "employment_status"})
        .with_columns(
            pl.col(feature.name).cast(pl.Float64 if feature.kind == "number" else pl.String)
            for feature in feature_list("superlender")
        )
    )


def _keyed(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with the borrower's id as text: the files may write it in different types."""
    return rows.with_columns(join_key(rows["customerid"]))


def _history(loans: pl.DataFrame, earlier: pl.DataFrame) -> pl.DataFrame:
    """Each earlier loan beside the loan to be scored, as known at that loan's approval."""
    at = loans.select("row", "customerid", "at")
    instalments = pl.max_horizontal(pl.col("termdays") // 30, 1)
    due_on = pl.col("firstduedate")
    paid = pl.when(pl.col("firstrepaiddate") < pl.col("at")).then(pl.col("firstrepaiddate"))
    closed = pl.when(pl.col("closeddate") < pl.col("at")).then(pl.col("closeddate"))
    so_far = (pl.col("at").dt.date() - due_on.dt.date()).dt.total_days()
    return (
        earlier.join(at, on="customerid")
        .filter(pl.col("approveddate") < pl.col("at"))
        .sort("row", "approveddate", "systemloanid")
        .with_columns(paid=paid, closed=closed)
        .with_columns(
            # not paid yet: late by so many days already, or nothing is known before the due date
            days_late=pl.when(pl.col("paid").is_null())
            .then(pl.when(so_far > 0).then(so_far))
            .otherwise((pl.col("paid").dt.date() - due_on.dt.date()).dt.total_days()),
            hours_late=(pl.col("paid") - due_on).dt.total_hours(),
            closing_late=(pl.col("closed").dt.date() - due_on.dt.date()).dt.total_days()
            - 30 * (instalments - 1),
            held_share=(pl.coalesce("closed", "at") - pl.col("approveddate")).dt.total_hours()
            / (24 * pl.col("termdays")),
            cost_a_day=(pl.col("totaldue") / pl.col("loanamount") - 1) / pl.col("termdays"),
            age_days=(pl.col("at") - pl.col("approveddate")).dt.total_hours() / 24,
            back=(pl.len().over("row") - 1 - pl.int_range(pl.len()).over("row")),
            gap_days=(
                pl.col("approveddate") - pl.col("closed").shift(1).over("row")
            ).dt.total_hours()
            / 24,
        )
    )


def _summary(history: pl.DataFrame) -> pl.DataFrame:
    """One row for each scored loan that has a history."""
    late = pl.col("days_late")
    weight = pl.lit(_KEPT_EACH_LOAN).pow(pl.col("back"))

    def recent(value: pl.Expr) -> pl.Expr:
        return (value * weight).sum() / (weight * value.is_not_null()).sum()

    def last(name: str) -> pl.Expr:
        return pl.col(name).filter(pl.col("back") == 0).first()

    return (
        history.group_by("row", maintain_order=True)
        .agg(
            previous_loans=pl.len(),
            held_share_recent=recent(pl.col("held_share")),
            held_share_mean=pl.col("held_share").mean(),
            held_share_last=last("held_share"),
            held_share_max=pl.col("held_share").max(),
            days_late_recent=recent(late.clip(-_DAYS_CUT, _DAYS_CUT)),
            days_late_last=last("hours_late") / 24,
            days_late_spread=late.std(),
            days_late_max=late.max(),
            late_share_recent=recent((late > 0).cast(pl.Float64)),
            late_of_last_three=(late > 0).filter(pl.col("back") < 3).mean(),
            early_share_recent=recent((late < -2).cast(pl.Float64)),
            closing_late_recent=recent(pl.col("closing_late").clip(-_CLOSING_CUT, _CLOSING_CUT)),
            longest_gap_days=pl.col("gap_days").max(),
            days_since_first_loan=pl.col("age_days").max(),
            days_since_last_approval=pl.col("age_days").min(),
            usual_payment_hour=pl.col("paid").dt.hour().mean(),
            last_interest_share_a_day=last("cost_a_day"),
            largest_amount=pl.col("loanamount").max(),
        )
        .with_columns(pl.col(pl.Float64).fill_nan(None))
    )
