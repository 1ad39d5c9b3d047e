"""What becomes of every row read: accepted, rejected, quarantined or noted, each exactly one.

A row is noted when its preset documents it as no loan; rejected when it has an error;
quarantined when it is sound but hangs on a rejected one: a loan stands or falls with its
instalments, payments and events, and everything of a borrower waits when the borrower's own row,
or one of the attempts and consents the gate counts, is rejected.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from forbear.intake.fields import BY_BORROWER, WHOLE_LOAN
from forbear.intake.finding_log import ROW_ID
from forbear.primitives.errors import require

ACCEPTED, REJECTED, QUARANTINED, NOTED = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class RowCounts:
    """accepted + rejected + quarantined + notes = rows read, always."""

    rows_read: int
    accepted: int
    rejected: int
    quarantined: int
    notes: int

    def __post_init__(self) -> None:
        total = self.accepted + self.rejected + self.quarantined + self.notes
        require(total == self.rows_read, f"{total} rows counted of {self.rows_read} read")


def row_states(
    height: int, findings: pl.DataFrame, tables: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    """`row_id` and `state` of every row of the tape, in order."""
    noted = findings.filter(pl.col("level") == "note")[ROW_ID].unique()
    errors = findings.filter(pl.col("level") == "error")
    errors = errors.filter(~pl.col(ROW_ID).is_in(noted.implode()))
    rejected = errors[ROW_ID].unique()
    quarantined = _hanging(errors.filter("drags")[ROW_ID].unique(), tables)
    states = pl.DataFrame({ROW_ID: pl.int_range(0, height, dtype=pl.UInt32, eager=True)})
    row = pl.col(ROW_ID)
    return states.with_columns(
        pl.when(row.is_in(noted.implode()))
        .then(NOTED)
        .when(row.is_in(rejected.implode()))
        .then(REJECTED)
        .when(row.is_in(quarantined.implode()))
        .then(QUARANTINED)
        .otherwise(ACCEPTED)
        .cast(pl.UInt8)
        .alias("state")
    )


def counts(states: pl.DataFrame) -> RowCounts:
    """How many rows of each state."""
    by_state = dict(states["state"].value_counts().iter_rows())
    return RowCounts(
        rows_read=states.height,
        accepted=by_state.get(ACCEPTED, 0),
        rejected=by_state.get(REJECTED, 0),
        quarantined=by_state.get(QUARANTINED, 0),
        notes=by_state.get(NOTED, 0),
    )


def rows_in(table: pl.DataFrame, states: pl.DataFrame, state: int) -> pl.DataFrame:
    """The rows of a table whose source row has this state."""
    ids = states.filter(pl.col("state") == state)[ROW_ID]
    if len(ids) == states.height:
        return table
    return table.filter(pl.col(ROW_ID).is_in(ids.implode()))


def borrowers_of(
    rows: pl.Series, tables: Mapping[str, pl.DataFrame], names: tuple[str, ...]
) -> pl.Series:
    """Borrowers that rows of these tables belong to."""
    chosen = pl.col(ROW_ID).is_in(rows.implode())
    found = [tables[n].filter(chosen)["borrower_id"].drop_nulls() for n in names if n in tables]
    return pl.concat([pl.Series([], dtype=pl.String), *found]).unique()


def _hanging(dragging: pl.Series, tables: Mapping[str, pl.DataFrame]) -> pl.Series:
    """Rows of the loans and borrowers that the dragging rows belong to."""
    if not len(dragging):
        return pl.Series([], dtype=pl.UInt32)
    is_dragging = pl.col(ROW_ID).is_in(dragging.implode())
    loans = [tables[name].filter(is_dragging)["loan_id"] for name in WHOLE_LOAN if name in tables]
    borrowers = tables["borrowers"].filter(is_dragging) if "borrowers" in tables else None
    people = pl.concat(
        [_without_sound_row(borrowers, tables), borrowers_of(dragging, tables, BY_BORROWER)]
    ).unique()
    if "loans" in tables:
        of_people = pl.col("borrower_id").is_in(people.implode())
        loans.append(tables["loans"].filter(of_people)["loan_id"])
    bad_loans = pl.concat(loans).drop_nulls().unique() if loans else pl.Series([], dtype=pl.String)
    found = []
    for name in WHOLE_LOAN:
        if name in tables:
            found.append(tables[name].filter(pl.col("loan_id").is_in(bad_loans.implode()))[ROW_ID])
    for name in BY_BORROWER:
        if name in tables:
            mask = pl.col("borrower_id").is_in(people.implode())
            found.append(tables[name].filter(mask)[ROW_ID])
    return pl.concat([pl.Series([], dtype=pl.UInt32), *found]).unique()


def _without_sound_row(
    dragging: pl.DataFrame | None, tables: Mapping[str, pl.DataFrame]
) -> pl.Series:
    """Borrowers all of whose rows are dragging: one sound row elsewhere is enough to know them."""
    if dragging is None or not dragging.height:
        return pl.Series([], dtype=pl.String)
    sound = tables["borrowers"].join(dragging.select(ROW_ID).unique(), on=ROW_ID, how="anti")
    names = dragging["borrower_id"].drop_nulls().unique()
    return names.filter(~names.is_in(sound["borrower_id"].drop_nulls().unique().implode()))
