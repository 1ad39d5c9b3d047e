"""A borrower's contact history as the gate counts it: attempts of the book, permits of the desk.

A permit issued and not lapsed is a contact that may be under way: until its outcome is known it
counts as a contact that reached the borrower, so two people asking at once share one budget.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import polars as pl

from forbear.contact.attempts import ContactAttempt, Outcome
from forbear.contact.channels import VOICE, Channel
from forbear.contact.consents import Consent, ConsentKind
from forbear.contact.counting import ContactHistory
from forbear.portfolio.book import Book, partition_of
from forbear.portfolio.borrowers import attempt
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.books import open_book
from forbear_server.selectors.borrower_access import visible_refs
from forbear_server.store.models import Borrower, PermitRequest

INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class KnownBorrower:
    """A borrower of this lender with the history the gate counts."""

    borrower_id: int
    ref: str
    history: ContactHistory


def find_borrower(
    actor: Actor, ref: str, *, at: datetime, without_permit: UUID | None = None
) -> KnownBorrower | None:
    """The borrower, or None: not there, or not this person's to see, which is one answer."""
    return find_borrowers(actor, [ref], at=at, without_permit=without_permit).get(ref)


def find_borrowers(
    actor: Actor, refs: Sequence[str], *, at: datetime, without_permit: UUID | None = None
) -> dict[str, KnownBorrower]:
    """Those of `refs` that this person may see, by ref.

    `without_permit` is left out of the history: the permit that is itself about to be used.
    """
    rows = {b.ref: b for b in Borrower.objects.filter(ref__in=visible_refs(actor, refs))}
    attempts, consents = _of_book(open_book(actor.lender_code), actor.lender_code, list(rows))
    permits = _of_permits([b.pk for b in rows.values()], at, without_permit)
    return {
        ref: KnownBorrower(
            borrower.pk,
            ref,
            ContactHistory.of(
                [*attempts.get(ref, ()), *permits.get(borrower.pk, ())],
                consents.get(ref, ()),
                time_zones=(borrower.time_zone,) if borrower.time_zone else (),
            ),
        )
        for ref, borrower in rows.items()
    }


def known_refs(actor: Actor, refs: set[str]) -> set[str]:
    """Those of `refs` that are borrowers this person may see."""
    seen = visible_refs(actor, refs)
    rows = Borrower.objects.filter(lender_id=actor.lender_id, ref__in=seen)
    return set(rows.values_list("ref", flat=True))


def _of_book(
    book: Book, lender: str, refs: Sequence[str]
) -> tuple[dict[str, list[ContactAttempt]], dict[str, list[Consent]]]:
    count = book.manifest.partitions
    by_partition: dict[int, list[str]] = {}
    for ref in refs:
        by_partition.setdefault(partition_of(lender, ref, count), []).append(ref)
    attempts: dict[str, list[ContactAttempt]] = {}
    consents: dict[str, list[Consent]] = {}
    for partition, there in by_partition.items():
        own = (pl.col("lender") == lender) & pl.col("borrower_id").is_in(there)
        for row in _rows(book, "contact_attempts", partition, own):
            attempts.setdefault(str(row["borrower_id"]), []).append(attempt(row))
        for row in _rows(book, "consents", partition, own):
            consents.setdefault(str(row["borrower_id"]), []).append(_consent(row))
    return attempts, consents


def _rows(book: Book, table: str, partition: int, own: pl.Expr) -> Iterable[dict[str, object]]:
    return book.scan(table, partition).filter(own).collect().iter_rows(named=True)


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


def _of_permits(
    borrower_ids: Sequence[int], at: datetime, without: UUID | None
) -> dict[int, list[ContactAttempt]]:
    """Permits that are or may be contacts: used ones, and issued ones still inside their window."""
    rows = PermitRequest.objects.filter(
        borrower_id__in=borrower_ids, state__in=["issued", "used"]
    ).exclude(state="issued", closes_at__lte=at)
    if without is not None:
        rows = rows.exclude(pk=without)
    found: dict[int, list[ContactAttempt]] = {}
    for row in rows:
        channel = Channel(row.channel)
        found.setdefault(row.borrower_id, []).append(
            ContactAttempt(
                attempt_id=f"permit:{row.uuid}",
                # asked in the very moment that asks again: it came before, so it counts
                attempted_at=min(row.used_at or row.asked_at, at - INSTANT),
                channel=channel,
                outcome=Outcome.CONNECTED if channel in VOICE else Outcome.DELIVERED,
                number_ref=row.address_ref or None,
                loan_ref=row.loan_ref or None,
            )
        )
    return found
