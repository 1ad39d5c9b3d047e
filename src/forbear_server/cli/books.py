"""A book for a command, and the lender asked for in it."""

from __future__ import annotations

from pathlib import Path

from forbear.portfolio.book import Book


def known_book(root: Path, lender: str | None) -> Book:
    """The book in `root`; raises `ValueError` when it does not hold the lender asked for."""
    book = Book.open(root)
    held = book.manifest.lenders
    if lender is not None and lender not in held:
        raise ValueError(f"No lender {lender!r} in {root}; it holds {', '.join(held)}.")
    return book
