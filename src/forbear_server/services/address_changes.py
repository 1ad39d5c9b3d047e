"""Numbers and addresses a later tape gives otherwise: the new one is used, the earlier never again.

A lender learns of a new number and tells it with the next tape. What still waits for the earlier one
is cancelled in the same transaction: it may be somebody else's by now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from forbear.contact.dispatch import AddressFaulty
from forbear_server.selectors.addresses import FIELD, sealed_row
from forbear_server.services.addresses import in_the_window, take_out_of_use, written_address
from forbear_server.services.persons import Person
from forbear_server.services.unclaimed_stops import bind_stops, share_unclaimed, stopped_words
from forbear_server.store.address_words import address_word
from forbear_server.store.models import Borrower, BorrowerAddress
from forbear_server.store.sealing import seal, unseal

REPLACED = "replaced"
# Kinds of addresses that tapes tell of.
_OF_TAPES = ("phone", "post")


class _Standing(NamedTuple):
    """How one known address stands."""

    is_from_book: bool
    is_in_use: bool
    was_replaced: bool


# Of one borrower and kind: every word known.
Known = dict[str, _Standing]


def replace_addresses(*, lender_id: int, persons: Iterable[Person], now: datetime) -> int:
    """Use what these persons' tape says, and nothing an earlier one said; how many changed.

    To be called inside the transaction that takes the tape, when the persons are recorded. An
    address out of use for another reason than a tape stays so, however often a tape repeats it. Who
    has no address yet gets it when it is first needed, but for a number from which somebody asked
    us to stop while it was nobody's: it is theirs now, and so is what was said. What is said
    meanwhile is for `bind_said_meanwhile`, the last step of the transaction.
    """
    stopped = stopped_words(lender_id)
    known = _known(lender_id)
    changed = 0
    for person in persons:
        for kind in _OF_TAPES:
            there = known.get((person.borrower_ref, kind), {})
            is_asked = there or (stopped and kind == "phone")
            written = _written(lender_id, person, kind) if is_asked else ""
            word = address_word(kind, written) if written else ""
            if not word or not (there or word in stopped):
                continue
            told = (word, written)
            is_changed = _use(lender_id, person.borrower_ref, kind, told, there, now)
            changed += is_changed
            if is_changed and word in stopped:
                owner = _locked(lender_id, person.borrower_ref)
                bind_stops(borrower=owner, words=[word], now=now)
    return changed


def bind_said_meanwhile(
    *, lender_id: int, persons: Callable[[], Iterable[Person]], seen: frozenset[str], now: datetime
) -> None:
    """State what was said from numbers of the tape since `seen` was read, up to the commit.

    Nobody waits while the tape is read: only for the last look, and for words said during it.
    """
    while late := stopped_words(lender_id) - seen:
        _bind_of_tape(lender_id, persons(), late, now)
        seen |= late
    share_unclaimed(lender_id)
    if late := stopped_words(lender_id) - seen:
        _bind_of_tape(lender_id, persons(), late, now)


def _bind_of_tape(
    lender_id: int, persons: Iterable[Person], late: frozenset[str], now: datetime
) -> None:
    said_of = [person for person in persons if _phone_word(lender_id, person) in late]
    replace_addresses(lender_id=lender_id, persons=said_of, now=now)
    for person in said_of:
        owner = _locked(lender_id, person.borrower_ref)
        bind_stops(borrower=owner, words=[_phone_word(lender_id, person)], now=now)


def _phone_word(lender_id: int, person: Person) -> str:
    written = _written(lender_id, person, "phone")
    return address_word("phone", written) if written else ""


def _locked(lender_id: int, borrower_ref: str) -> Borrower:
    return Borrower.objects.select_for_update().get(lender_id=lender_id, ref=borrower_ref)


def _known(lender_id: int) -> dict[tuple[str, str], Known]:
    rows = BorrowerAddress.objects.filter(lender_id=lender_id, kind__in=_OF_TAPES)
    known: dict[tuple[str, str], Known] = {}
    for borrower_ref, kind, word, is_from_book, gone, reason in rows.values_list(
        "borrower__ref", "kind", "ref", "is_from_book", "out_of_use_at", "out_of_use_reason"
    ).iterator(chunk_size=10_000):
        standing = _Standing(is_from_book, gone is None, reason == REPLACED)
        known.setdefault((borrower_ref, kind), {})[word] = standing
    return known


def _written(lender_id: int, person: Person, kind: str) -> str:
    """The address as its channel uses it; empty when the tape gives none, or none that is one."""
    held = person.phone if kind == "phone" else person.address
    if not held:
        return ""
    if kind == "post":
        held = in_the_window(person.name or _name(lender_id, person.borrower_ref), held)
    try:
        return written_address(kind, held)
    except AddressFaulty:
        return ""


def _name(lender_id: int, borrower_ref: str) -> str:
    borrower = Borrower.objects.get(lender_id=lender_id, ref=borrower_ref)
    return unseal(borrower.name_sealed, field="borrower.name", row=sealed_row(borrower))


def _use(
    lender_id: int,
    borrower_ref: str,
    kind: str,
    told: tuple[str, str],
    there: Known,
    now: datetime,
) -> bool:
    """Make the told word the only one of the book in use; whether anything changed."""
    word, written = told
    earlier = sorted(
        other
        for other, standing in there.items()
        if other != word and standing.is_from_book and standing.is_in_use
    )
    standing = there.get(word)
    is_used = standing is None or (standing.was_replaced and not standing.is_in_use)
    is_marked = standing is not None and standing.is_in_use and not standing.is_from_book
    if not (earlier or is_used or is_marked):
        return False
    borrower = _locked(lender_id, borrower_ref)
    if standing is None:
        BorrowerAddress.objects.create(
            lender_id=lender_id,
            borrower=borrower,
            kind=kind,
            ref=word,
            address_sealed=seal(written, field=FIELD, row=sealed_row(borrower)),
            added_at=now,
            is_from_book=True,
        )
    elif is_used:
        BorrowerAddress.objects.filter(borrower=borrower, ref=word).update(
            out_of_use_at=None, out_of_use_reason="", is_from_book=True, added_at=now
        )
    elif is_marked:
        BorrowerAddress.objects.filter(borrower=borrower, ref=word).update(is_from_book=True)
    for other in earlier:
        take_out_of_use(borrower=borrower, word=other, reason=REPLACED, now=now, actor=None)
    return True
