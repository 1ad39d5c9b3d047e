"""Standing 善还分 of every borrower of a partition, as of a day."""

from __future__ import annotations

from datetime import date

import polars as pl

from forbear.scoring import standing_columns
from forbear.scoring.features_tables import BehaviourTables
from forbear.scoring.standing_columns import StandingTables
from forbear.scoring.standing_rules import all_rules


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
