"""Where a lender's book and its nightly runs lie, below the data directory."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from django.conf import settings

from forbear.portfolio.book import Book
from forbear.portfolio.manifests import RunFolder


def book_root(lender_code: str) -> Path:
    return Path(settings.DATA_DIR) / "books" / lender_code


def open_book(lender_code: str) -> Book:
    """The lender's book; an empty one that comes to be with its first tape."""
    return Book.open_or_new(book_root(lender_code))


def run_folder(lender_code: str, business_date: date) -> RunFolder:
    return RunFolder(Path(settings.DATA_DIR) / "runs" / lender_code / str(business_date))
