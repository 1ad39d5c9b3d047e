"""Attempts and consents of the book, one partition read at a time and kept while the book stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache

import polars as pl

from forbear.contact.attempts import ContactAttempt
from forbear.contact.consents import Consent, ConsentKind
from forbear.portfolio.book import Book, partition_of
from forbear.portfolio.borrowers import attempt
from forbear_server.selectors.books import open_book

# Whole partitions kept in memory by one process: the outbox asks for the same ones all day.
PARTITIONS_KEPT = 64
# A page asks for one borrower: reading a whole partition for them would be wasted.
FEW = 8

Contacts = tuple[dict[str, list[ContactAttempt]], dict[str, list[Consent]]]


def book_contacts(lender_code: str, refs: Sequence[str]) -> Contacts:
    """Attempts and consents of these borrowers, by ref."""
    book = open_book(lender_code)
    by_partition: dict[int, list[str]] = {}
    for ref in refs:
        partition = partition_of(lender_code, ref, book.manifest.partitions)
        by_partition.setdefault(partition, []).append(ref)
    attempts: dict[str, list[ContactAttempt]] = {}
    consents: dict[str, list[Consent]] = {}
    for partition, there in by_partition.items():
        if len(refs) <= FEW:
            made, given = _read(book, lender_code, partition, there)
        else:
            made, given = _kept(lender_code, book.digest(), partition)
        attempts |= {ref: made[ref] for ref in there if ref in made}
        consents |= {ref: given[ref] for ref in there if ref in given}
    return attempts, consents


@lru_cache(maxsize=PARTITIONS_KEPT)
def _kept(lender_code: str, digest: str, partition: int) -> Contacts:
    book = open_book(lender_code)
    # A tape taken in between: what is kept under the old name would be of the new book.
    return (
        _read(book, lender_code, partition, None)
        if book.digest() == digest
        else _kept(lender_code, book.digest(), partition)
    )


def _read(book: Book, lender: str, partition: int, refs: Sequence[str] | None) -> Contacts:
    own = pl.col("lender") == lender
    if refs is not None:
        own &= pl.col("borrower_id").is_in(refs)
    attempts: dict[str, list[ContactAttempt]] = {}
    consents: dict[str, list[Consent]] = {}
    for table in ("contact_attempts", "consents"):
        for row in book.scan(table, partition).filter(own).collect().iter_rows(named=True):
            ref = str(row["borrower_id"])
            if table == "consents":
                consents.setdefault(ref, []).append(_consent(row))
            else:
                attempts.setdefault(ref, []).append(attempt(row))
    return attempts, consents


def _consent(row: Mapping[str, object]) -> Consent:
    granted, withdrawn = row["granted_at"], row["withdrawn_at"]
    if not isinstance(granted, datetime):
        raise TypeError("consents.granted_at holds a moment")
    return Consent(
        consent_id=str(row["consent_id"]),
        kind=ConsentKind(str(row["kind"])),
        granted_at=granted,
        withdrawn_at=withdrawn if isinstance(withdrawn, datetime) else None,
        from_minute=_whole(row["from_minute"]),
        until_minute=_whole(row["until_minute"]),
        daily_cap=_whole(row["daily_cap"]),
    )


def _whole(held: object) -> int | None:
    return held if isinstance(held, int) else None
