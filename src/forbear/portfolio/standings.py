"""Standing 善还分 of every borrower of a partition, as of a day."""

from __future__ import annotations

from datetime import date

import polars as pl

from forbear.portfolio.book import Book
from forbear.scoring import standing_columns
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.features_tables import BehaviourTables
from forbear.scoring.reward_costs import PolicyCosts, added_up, costs_over_months
from forbear.scoring.rewards import RewardPolicy
from forbear.scoring.standing_columns import StandingTables
from forbear.scoring.standing_rules import all_rules

AT_ONCE_LOANS = 200_000  # partitions are computed together up to so many loans
TABLES = ("loans", "instalments", "payments", "delinquency_events")


def has_rules(on: date) -> bool:
    """Whether rules of the standing were in force on a day."""
    return all_rules()[0].in_force_from <= on


def standing_rows(
    tables: BehaviourTables,
    appeals: pl.LazyFrame,
    *,
    lender: str,
    as_of: date,
    offered_after_days: int | None,
) -> pl.DataFrame:
    """One row a borrower of the lender: points, tier, a column for each reason, whether known."""
    told = StandingTables(behaviour=tables, appeals=appeals, offered_after_days=offered_after_days)
    rows = standing_columns.standing(told, as_of=as_of)
    return rows.filter(pl.col("lender") == lender).collect()


def costs_of_book(book: Book, policy: RewardPolicy, *, as_of: date) -> tuple[PolicyCosts, ...]:
    """What a policy would cost on its lender's loans: on `as_of` and the month ends before.

    Raises `ScoringRefused` when the book holds no loan of the policy's lender.
    """
    parts = [
        costs_over_months(policy, tables, as_of=as_of) for tables in _batches(book, policy.lender)
    ]
    if not parts:
        raise ScoringRefused(
            "reward-policy-without-loans",
            f"The book holds no loan of lender {policy.lender}: there is nothing to simulate.",
        )
    return tuple(added_up(days) for days in zip(*parts, strict=True))


def _batches(book: Book, lender: str) -> list[StandingTables]:
    """The lender's partitions, several at once while they are small; keys made unique."""
    groups: list[list[int]] = []
    loans = AT_ONCE_LOANS
    for number in range(book.manifest.partitions):
        count = book.scan("loans", number).filter(pl.col("lender") == lender)
        height = int(count.select(pl.len()).collect().item())
        if not height:
            continue
        if loans + height > AT_ONCE_LOANS:
            groups.append([])
            loans = 0
        groups[-1].append(number)
        loans += height
    return [_tables(book, lender, numbers) for numbers in groups]


def _tables(book: Book, lender: str, numbers: list[int]) -> StandingTables:
    frames = {
        table: pl.concat(
            [
                book.scan(table, number).with_columns(
                    pl.col("loan_key").cast(pl.Int64) + number * 2**32
                )
                for number in numbers
            ]
        )
        for table in TABLES
    }
    loans = frames["loans"].filter(pl.col("lender") == lender)
    return StandingTables(
        behaviour=BehaviourTables(
            loans=loans,
            instalments=frames["instalments"],
            payments=frames["payments"],
            delinquency_events=frames["delinquency_events"],
        )
    )
