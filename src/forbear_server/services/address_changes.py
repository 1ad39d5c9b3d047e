"""Numbers and addresses a later tape gives otherwise: the new one is used, the earlier never again.

A lender learns of a new number and tells it with the next tape. What still waits for the earlier one
is cancelled in the same transaction: it may be somebody else's by now.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from forbear.contact.dispatch import AddressFaulty
from forbear_server.selectors.addresses import FIELD, sealed_row
from forbear_server.services.addresses import take_out_of_use, written_address
from forbear_server.services.persons import Person
from forbear_server.store.address_words import address_word
from forbear_server.store.models import Borrower, BorrowerAddress
from forbear_server.store.sealing import seal, unseal

REPLACED = "replaced"
# Kinds of addresses that tapes tell of.
_OF_TAPES = ("phone", "post")

# Of one borrower and kind: every word known, and those of the tape still in use.
Known = tuple[set[str], set[str]]


def replace_addresses(*, lender_id: int, persons: Iterable[Person], now: datetime) -> int:
    """Replace what these persons' tape gives otherwise than the last one; how many.

    To be called inside the transaction that takes the tape, when the persons are recorded. An
    address that was there before is left as it is: one out of use stays so, however often a tape
    repeats it. Who has no address yet gets it when it is first needed.
    """
    known = _known(lender_id)
    changed = 0
    for person in persons:
        for kind in _OF_TAPES:
            words, in_use = known.get((person.borrower_ref, kind), (set(), set()))
            if not in_use:
                continue
            written = _written(lender_id, person, kind)
            if written and address_word(kind, written) not in words:
                _replace(lender_id, person.borrower_ref, kind, written, in_use, now)
                changed += 1
    return changed


def _known(lender_id: int) -> dict[tuple[str, str], Known]:
    rows = BorrowerAddress.objects.filter(lender_id=lender_id, kind__in=_OF_TAPES)
    known: dict[tuple[str, str], Known] = {}
    for borrower_ref, kind, word, is_from_book, gone in rows.values_list(
        "borrower__ref", "kind", "ref", "is_from_book", "out_of_use_at"
    ).iterator(chunk_size=10_000):
        words, in_use = known.setdefault((borrower_ref, kind), (set(), set()))
        words.add(word)
        if is_from_book and gone is None:
            in_use.add(word)
    return known


def _written(lender_id: int, person: Person, kind: str) -> str:
    """The address as its channel uses it; empty when the tape gives none, or none that is one."""
    held = person.phone if kind == "phone" else person.address
    if not held:
        return ""
    if kind == "post":  # what stands in the window of a letter begins with the name
        held = f"{person.name or _name(lender_id, person.borrower_ref)}\n{held}"
    try:
        return written_address(kind, held)
    except AddressFaulty:
        return ""


def _name(lender_id: int, borrower_ref: str) -> str:
    borrower = Borrower.objects.get(lender_id=lender_id, ref=borrower_ref)
    return unseal(borrower.name_sealed, field="borrower.name", row=sealed_row(borrower))


def _replace(
    lender_id: int, borrower_ref: str, kind: str, written: str, earlier: set[str], now: datetime
) -> None:
    borrower = Borrower.objects.select_for_update().get(lender_id=lender_id, ref=borrower_ref)
    BorrowerAddress.objects.create(
        lender_id=lender_id,
        borrower=borrower,
        kind=kind,
        ref=address_word(kind, written),
        address_sealed=seal(written, field=FIELD, row=sealed_row(borrower)),
        added_at=now,
        is_from_book=True,
    )
    for word in sorted(earlier):
        take_out_of_use(borrower=borrower, word=word, reason=REPLACED, now=now, actor=None)
