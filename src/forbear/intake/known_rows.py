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
    shaped: Shaped,
    known: KnownRows,
    book: Book,
    lender: str,
    kind: TapeKind,
    business_date: date,
) -> Shaped:
    """A partial loan row (maintenance, recall) with everything it does not say from the book."""
    loans = shaped.tables.get("loans")
    if loans is None or kind not in (TapeKind.MAINTENANCE, TapeKind.RECALL):
        return shaped
    columns = list(TAPE["loans"])
    own = pl.col("lender") == lender
    old = book.scan_all("loans").filter(own).select(columns).collect()
    if kind is TapeKind.RECALL:
        loans = loans.with_columns(pl.col("recalled_on").fill_null(business_date))
        said = {"lender", "loan_id", "recalled_on"}
    else:
        said = {name for name in columns if loans[name].null_count() < loans.height}
    joined = loans.join(old, on="loan_id", how="left", suffix="_old", maintain_order="left")
    full = joined.select(
        ROW_ID,
        *(
            pl.col(name)
            if name == "loan_id"
            else pl.coalesce(name, f"{name}_old")
            if name in said
            else pl.col(f"{name}_old").alias(name)
            for name in columns
        ),
    )
    return replace(shaped, tables={**shaped.tables, "loans": full})
