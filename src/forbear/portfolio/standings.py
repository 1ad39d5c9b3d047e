"""Standing 善还分 of every borrower of a partition, as of a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from forbear.portfolio.book import Book
from forbear.primitives.identifiers import LoanId
from forbear.scoring import standing_columns
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.features_tables import BehaviourTables
from forbear.scoring.reward_costs import PolicyCosts, added_up, costs_over_months
from forbear.scoring.rewards import RewardPolicy
from forbear.scoring.standing_columns import StandingTables
from forbear.scoring.standing_histories import Protection, ProtectionKind
from forbear.scoring.standing_rules import all_rules

AT_ONCE_LOANS = 200_000  # partitions are computed together up to so many loans
TABLES = ("loans", "instalments", "payments", "delinquency_events")


# What opens and closes days that are never late days.
_OPENS = {"dispute": ProtectionKind.DISPUTE, "hardship_approved": ProtectionKind.RELIEF}
_CLOSES = {"dispute_decided": ProtectionKind.DISPUTE, "relief_ended": ProtectionKind.RELIEF}
PROTECTIONS = {
    "lender": pl.String(),
    "loan_id": pl.String(),
    "starts_on": pl.Date(),
    "ends_on": pl.Date(),
}


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """What was told of a loan since the book was written; `event_id` is the teller's own."""

    loan_id: str
    kind: str
    happened_on: date
    amount_minor: int | None = None
    event_id: str = ""


def told_protections(events: Iterable[ToldEvent]) -> tuple[Protection, ...]:
    """Disputes under review and relief approved, from the events in their order.

    One that nobody closed still runs. Opened twice it is one.
    """
    running: dict[tuple[str, ProtectionKind], date] = {}
    found = []
    for one in events:
        opens, closes = _OPENS.get(one.kind), _CLOSES.get(one.kind)
        if opens is not None:
            running.setdefault((one.loan_id, opens), one.happened_on)
        if closes is not None and (one.loan_id, closes) in running:
            starts_on = running.pop((one.loan_id, closes))
            found.append(_protection(one.loan_id, closes, starts_on, one.happened_on))
    found += [_protection(loan, kind, day, None) for (loan, kind), day in running.items()]
    return tuple(found)


def _protection(
    loan_id: str, kind: ProtectionKind, starts_on: date, ends_on: date | None
) -> Protection:
    return Protection(loan_id=LoanId(loan_id), kind=kind, starts_on=starts_on, ends_on=ends_on)


def has_rules(on: date) -> bool:
    """Whether rules of the standing were in force on a day."""
    return all_rules()[0].in_force_from <= on


def standing_rows(
    tables: BehaviourTables,
    behaviour: pl.LazyFrame,
    appeals: pl.LazyFrame,
    *,
    lender: str,
    as_of: date,
    offered_after_days: int | None,
) -> pl.DataFrame:
    """One row a borrower of the lender: points, tier, a column for each reason, whether known."""
    rows = behaviour.filter(pl.col("lender") == lender).sort("happened_on", maintain_order=True)
    events = [
        ToldEvent(one["loan_id"], one["kind"], one["happened_on"])
        for one in rows.collect().iter_rows(named=True)
    ]
    protections = [
        (lender, str(one.loan_id), one.starts_on, one.ends_on) for one in told_protections(events)
    ]
    told = StandingTables(
        behaviour=tables,
        protections=pl.LazyFrame(protections, schema=PROTECTIONS, orient="row"),
        appeals=appeals,
        offered_after_days=offered_after_days,
    )
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
