"""A borrower's contact history as the gate counts it: attempts of the book and of the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from forbear.contact.attempts import ContactAttempt
from forbear.contact.counting import ContactHistory
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.book_contacts import book_contacts
from forbear_server.selectors.borrower_access import visible_refs
from forbear_server.selectors.contact_wishes import NOTHING_STATED, stated_by
from forbear_server.selectors.desk_attempts import desk_attempts
from forbear_server.store.models import Borrower


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
    rows = list(Borrower.objects.filter(ref__in=visible_refs(actor, refs)))
    without = frozenset() if without_permit is None else frozenset({without_permit})
    return histories_of(actor.lender_code, rows, at=at, without_permits=without)


def histories_of(
    lender_code: str,
    rows: Sequence[Borrower],
    *,
    at: datetime,
    without_permits: frozenset[UUID] = frozenset(),
) -> dict[str, KnownBorrower]:
    """The histories of borrowers already found, by ref: for the gate and the outbox."""
    attempts, consents = book_contacts(lender_code, [b.ref for b in rows])
    ids = [b.pk for b in rows]
    on_desk: dict[int, list[ContactAttempt]] = {}
    for key, one in desk_attempts(ids, at=at, without=without_permits):
        on_desk.setdefault(key, []).append(one)
    stated = stated_by(ids)
    return {
        borrower.ref: KnownBorrower(
            borrower.pk,
            borrower.ref,
            ContactHistory.of(
                _each_once(attempts.get(borrower.ref, ()), on_desk.get(borrower.pk, ())),
                [*consents.get(borrower.ref, ()), *told.consents],
                time_zones=(borrower.time_zone,) if borrower.time_zone else (),
                wishes=told.wishes,
            ),
        )
        for borrower in rows
        for told in (stated.get(borrower.pk, NOTHING_STATED),)
    }


def _each_once(
    of_book: Sequence[ContactAttempt], on_desk: Sequence[ContactAttempt]
) -> Sequence[ContactAttempt]:
    """A contact under one of our permits may come back on a tape, by the permit's id."""
    if not on_desk:
        return of_book
    known = {one.attempt_id for one in on_desk}
    return [*(one for one in of_book if one.attempt_id not in known), *on_desk]


def known_borrowers(actor: Actor, refs: set[str]) -> dict[str, int]:
    """Our keys of those of `refs` that are borrowers this person may see."""
    seen = visible_refs(actor, refs)
    rows = Borrower.objects.filter(lender_id=actor.lender_id, ref__in=seen)
    return dict(rows.values_list("ref", "pk"))
