"""What the book already holds of a lender: for duplicates, hanging rows and partial tapes."""

from dataclasses import replace
from datetime import date

import polars as pl

from forbear.intake.checks.examined import KnownRows
from forbear.intake.fields import KEYS
from forbear.intake.finding_log import ROW_ID
from forbear.intake.reports import TapeKind
from forbear.intake.shapes.shaped import Shaped
from forbear.portfolio.book import Book
from forbear.portfolio.schema import INSTALMENT_AMOUNTS, TAPE
from forbear.portfolio.taking import known_loans, known_payment_ids


def known_rows(book: Book, lender: str, kind: TapeKind) -> KnownRows:
    """The keys a check of this kind of tape compares with."""
    own = pl.col("lender") == lender
    borrowers = book.scan_all("borrowers").filter(own).select("borrower_id").collect()
    attempts = book.scan_all("contact_attempts").filter(own).select("attempt_id").collect()
    is_snapshot = kind is TapeKind.FULL_SNAPSHOT
    if is_snapshot:
        return KnownRows()
    is_financial = kind is TapeKind.FINANCIAL
    columns = ("seq", "due_on", *INSTALMENT_AMOUNTS)
    return KnownRows(
        loans=known_loans(book, lender),
        borrowers=borrowers["borrower_id"],
        payments=known_payment_ids(book, lender),
        attempts=attempts["attempt_id"],
        instalments=_by_loan(book, lender, "instalments", columns)
        if kind is TapeKind.MAINTENANCE
        else None,
        hanging={
            table: _by_loan(book, lender, table, KEYS[table][1:])
            for table in ("delinquency_events", "monthly_status")
            if is_financial and book.has(table)
        },
    )


def _by_loan(book: Book, lender: str, table: str, columns: tuple[str, ...]) -> pl.DataFrame:
    """Rows of a table in the book with their loan's id instead of its key."""
    parts = []
    for number in range(book.manifest.partitions):
        loans = book.scan("loans", number).filter(pl.col("lender") == lender)
        rows = book.scan(table, number).join(loans.select("loan_key", "loan_id"), on="loan_key")
        parts.append(rows.select("loan_id", *columns))
    return pl.concat(parts).collect()


def completed(
    shaped: Shaped, book: Book, lender: str, kind: TapeKind, business_date: date
) -> Shaped:
    """Rows of known borrowers and loans with everything they do not say from the book."""
    tables = dict(shaped.tables)
    if "borrowers" in tables and kind is not TapeKind.FULL_SNAPSHOT:
        tables["borrowers"] = _whole_borrowers(tables["borrowers"], book, lender)
    if "loans" in tables and kind in (TapeKind.MAINTENANCE, TapeKind.RECALL):
        tables["loans"] = _whole_loans(tables["loans"], book, lender, kind, business_date)
    return replace(shaped, tables=tables)


def _whole_borrowers(borrowers: pl.DataFrame, book: Book, lender: str) -> pl.DataFrame:
    """A tape without the column time_zone does not make a known zone unknown."""
    own = book.scan_all("borrowers").filter(pl.col("lender") == lender).collect()
    if not own.height:
        return borrowers
    said = ("time_zone", "language")
    old = own.select("borrower_id", *said)
    joined = borrowers.join(old, on="borrower_id", how="left", suffix="_old", maintain_order="left")
    filled = joined.with_columns(pl.coalesce(name, f"{name}_old").alias(name) for name in said)
    return filled.select(borrowers.columns)


def _whole_loans(
    loans: pl.DataFrame, book: Book, lender: str, kind: TapeKind, business_date: date
) -> pl.DataFrame:
    """A partial loan row (maintenance, recall) made whole; a recall says its day and no more."""
    columns = list(TAPE["loans"])
    old = book.scan_all("loans").filter(pl.col("lender") == lender).select(columns).collect()
    said = set(columns)
    if kind is TapeKind.RECALL:
        loans = loans.with_columns(pl.col("recalled_on").fill_null(business_date))
        said = {"lender", "recalled_on"}
    joined = loans.join(old, on="loan_id", how="left", suffix="_old", maintain_order="left")

    def value(name: str) -> pl.Expr:
        before = pl.col(f"{name}_old")
        return (pl.coalesce(name, before) if name in said else before).alias(name)

    rest = (value(name) for name in columns if name != "loan_id")
    return joined.select(ROW_ID, "loan_id", *rest)
