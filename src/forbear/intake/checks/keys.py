"""Keys: rows that come twice, and rows that name a loan or borrower nobody knows."""

import polars as pl

from forbear.intake.checks.examined import Examined
from forbear.intake.fields import BY_BORROWER, BY_LOAN, KEYS
from forbear.intake.finding_log import ROW_ID

TABLES_OF_KIND = {
    "financial": ("payments", "delinquency_events", "contact_attempts", "monthly_status"),
    "maintenance": ("borrowers", "loans", "instalments", "consents"),
    "recall": ("loans",),
}


def check_keys(examined: Examined) -> None:
    """duplicate_row, unknown_loan, unknown_borrower."""
    for table in examined.shaped.tables:
        if table not in examined.shaped.derived:
            _twice_in_tape(examined, table)
    _twice_with_book(examined)
    _unknown_loans(examined)
    _unknown_borrowers(examined)


def _twice_in_tape(examined: Examined, table: str) -> None:
    """Of equal rows the first counts; of rows that differ nobody can say which is right."""
    frame = examined.shaped.tables[table]
    keys = list(KEYS[table])
    if table == "instalments" and examined.is_ordered:
        return
    present = frame.drop_nulls(keys)
    different = present[keys[0]].n_unique() if len(keys) == 1 else present.n_unique(subset=keys)
    if different == present.height:
        return
    same_key = present.filter(present.select(keys).is_duplicated())
    columns = [c for c in same_key.columns if c != ROW_ID]
    is_later = ~same_key.select(pl.struct(columns).is_first_distinct().alias("first"))["first"]
    versions = same_key.select(columns).unique().group_by(keys).len("versions")
    judged = same_key.with_columns(is_later.alias("is_later")).join(versions, on=keys, how="left")
    heading = examined.heading(table, keys[-1] if table == "payments" else keys[0])
    differing = judged.filter(pl.col("versions") > 1)[ROW_ID]
    repeated = judged.filter((pl.col("versions") == 1) & pl.col("is_later"))[ROW_ID]
    examined.log.rows(differing, "duplicate_row", heading)
    examined.log.rows(repeated, "duplicate_row", heading, drags=False)


def _twice_with_book(examined: Examined) -> None:
    known = examined.known
    if examined.kind == "new":
        taken = pl.col("loan_id").is_in(known.loans["loan_id"].implode())
        examined.flag("loans", taken, "duplicate_row", "loan_id")
    if examined.kind in ("new", "financial"):
        again = pl.col("payment_id").is_in(known.payments.implode())
        if "payments" not in examined.shaped.derived:
            examined.flag("payments", again, "duplicate_row", "payment_id", drags=False)
        attempted = pl.col("attempt_id").is_in(known.attempts.implode())
        examined.flag("contact_attempts", attempted, "duplicate_row", "attempt_id", drags=False)

    for table, keys in known.hanging.items():
        frame = examined.frame(table)
        if frame is not None:
            repeated = frame.join(keys, on=keys.columns, how="semi")[ROW_ID]
            heading = examined.heading(table, "loan_id")
            examined.log.rows(repeated, "duplicate_row", heading, drags=False)


def _unknown_loans(examined: Examined) -> None:
    """Hanging rows need their loan in the tape; under the kinds that add to it, in the book."""
    if examined.kind in ("financial", "maintenance", "recall"):
        ids = examined.known.loans["loan_id"]
        tables: tuple[str, ...] = ("loans", *BY_LOAN)
    else:
        loans = examined.frame("loans")
        ids = pl.Series([], dtype=pl.String) if loans is None else loans["loan_id"]
        tables = tuple(t for t in BY_LOAN if t not in examined.shaped.derived)
    for table in tables:
        unknown = ~pl.col("loan_id").is_in(ids.implode())
        examined.flag(table, unknown, "unknown_loan", "loan_id")


def _unknown_borrowers(examined: Examined) -> None:
    if examined.kind == "maintenance":
        strange = ~pl.col("borrower_id").is_in(examined.known.borrowers.implode())
        examined.flag("borrowers", strange, "unknown_borrower", "borrower_id")
    ids = [examined.known.borrowers]
    borrowers = examined.frame("borrowers")
    if borrowers is not None:
        ids.append(borrowers["borrower_id"])
    known = pl.concat(ids).implode()
    tables = ("loans", *BY_BORROWER) if examined.kind in ("new", "full_snapshot") else BY_BORROWER
    for table in tables:
        unknown = ~pl.col("borrower_id").is_in(known)
        examined.flag(table, unknown, "unknown_borrower", "borrower_id")
