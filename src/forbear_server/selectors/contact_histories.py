"""A borrower's contact history as the gate counts it: attempts of the book, permits of the desk.

A permit issued and not lapsed is a contact that may be under way: until its outcome is known it
counts as a contact that reached the borrower, so two people asking at once share one budget.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from forbear.contact.attempts import ContactAttempt, Outcome
from forbear.contact.channels import VOICE, Channel
from forbear.contact.counting import ContactHistory
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.book_contacts import book_contacts
from forbear_server.selectors.borrower_access import visible_refs
from forbear_server.selectors.contact_wishes import NOTHING_STATED, stated_by
from forbear_server.store.address_words import is_own_word
from forbear_server.store.models import Borrower, PermitRequest

# What is read of a permit that counts as a contact.
_COUNTED = (
    "uuid", "borrower", "channel", "asked_at", "opens_at", "used_at", "outcome", "address_ref",
    "loan_ref",
)  # fmt: skip
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
    permits = _of_permits(ids, at, without_permits)
    stated = stated_by(ids)
    return {
        borrower.ref: KnownBorrower(
            borrower.pk,
            borrower.ref,
            ContactHistory.of(
                [*attempts.get(borrower.ref, ()), *permits.get(borrower.pk, ())],
                [*consents.get(borrower.ref, ()), *told.consents],
                time_zones=(borrower.time_zone,) if borrower.time_zone else (),
                wishes=told.wishes,
            ),
        )
        for borrower in rows
        for told in (stated.get(borrower.pk, NOTHING_STATED),)
    }


def known_refs(actor: Actor, refs: set[str]) -> set[str]:
    """Those of `refs` that are borrowers this person may see."""
    seen = visible_refs(actor, refs)
    rows = Borrower.objects.filter(lender_id=actor.lender_id, ref__in=seen)
    return set(rows.values_list("ref", flat=True))


def _of_permits(
    borrower_ids: Sequence[int], at: datetime, without: frozenset[UUID]
) -> dict[int, list[ContactAttempt]]:
    """Permits that are or may be contacts: used ones, and issued ones still inside their window.

    One for a later window counts from then on: it is asked about again when its moment comes.
    """
    rows = (
        PermitRequest.objects.filter(borrower_id__among=borrower_ids, state__in=["issued", "used"])
        .exclude(state="issued", closes_at__lte=at)
        .only(*_COUNTED)
    )
    found: dict[int, list[ContactAttempt]] = {}
    for row in rows:
        if row.pk in without:
            continue
        channel = Channel(row.channel)
        reached = Outcome.CONNECTED if channel in VOICE else Outcome.DELIVERED
        begun = row.used_at or max(row.asked_at, row.opens_at or row.asked_at)
        is_ahead = row.used_at is None and row.opens_at is not None and row.opens_at > at
        found.setdefault(row.borrower_id, []).append(
            ContactAttempt(
                attempt_id=f"permit:{row.uuid}",
                # asked in the very moment that asks again: it came before, so it counts
                attempted_at=begun if is_ahead else min(begun, at - INSTANT),
                channel=channel,
                outcome=Outcome(row.outcome) if row.outcome else reached,
                # Our words and the tape's cannot be held against each other: it counts for all.
                number_ref=None if is_own_word(row.address_ref) else row.address_ref or None,
                loan_ref=row.loan_ref or None,
            )
        )
    return found
