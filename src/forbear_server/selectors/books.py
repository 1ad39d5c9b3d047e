"""Where a lender's book and its nightly runs lie, below the data directory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
from django.conf import settings

from forbear.portfolio.book import PREVIOUS, Book, BookUnreadable, Manifest
from forbear.portfolio.manifests import RunFolder


@dataclass(frozen=True, slots=True)
class BroughtRefs:
    """What only the last tape brought: ids the book before it did not have."""

    loans: frozenset[str]
    borrowers: frozenset[str]


def book_root(lender_code: str) -> Path:
    return Path(settings.DATA_DIR) / "books" / lender_code


def open_book(lender_code: str) -> Book:
    """The lender's book; an empty one that comes to be with its first tape."""
    return Book.open_or_new(book_root(lender_code))


def brought_by_last_tape(lender_code: str) -> BroughtRefs:
    """Ids of the present book less those of the version kept; `BookUnreadable` if none is kept."""
    book = open_book(lender_code)
    try:
        kept = Manifest.parse((book.root / PREVIOUS).read_text(encoding="utf-8"))
    except OSError:
        raise BookUnreadable("No earlier version is kept: nothing to take back.") from None
    before = Book(book.root, kept)
    return BroughtRefs(
        loans=_refs(book, "loans", "loan_id") - _refs(before, "loans", "loan_id"),
        borrowers=_borrowers(book) - _borrowers(before),
    )


def _borrowers(book: Book) -> frozenset[str]:
    return _refs(book, "borrowers", "borrower_id") | _refs(book, "loans", "borrower_id")


def _refs(book: Book, table: str, column: str) -> frozenset[str]:
    found = book.scan_all(table).select(pl.col(column).drop_nulls().unique()).collect()
    return frozenset(found[column].to_list())


def run_folder(lender_code: str, business_date: date) -> RunFolder:
    return RunFolder(Path(settings.DATA_DIR) / "runs" / lender_code / str(business_date))
