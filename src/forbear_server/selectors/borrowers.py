"""A borrower's personal data as a page may show it: masked unless the page says otherwise."""

from __future__ import annotations

from forbear_server.store.models import Borrower
from forbear_server.store.sealing import unseal

MASK = "**"


def full_name(borrower: Borrower) -> str:
    return _open(borrower, "name", borrower.name_sealed)


def surname(borrower: Borrower) -> str:
    """`林**`: what a list shows; nothing when the tape carried no name."""
    name = full_name(borrower)
    return f"{name[0]}{MASK}" if name else ""


def whole_phone(borrower: Borrower) -> str:
    """The number unmasked: whoever opens it records that first (services/reveals.py)."""
    return _open(borrower, "phone", borrower.phone_sealed)


def masked_phone(borrower: Borrower) -> str:
    """`138****5678`."""
    phone = whole_phone(borrower)
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else ""


def _open(borrower: Borrower, field: str, sealed: str) -> str:
    return unseal(sealed, field=f"borrower.{field}", row=f"{borrower.lender_id}:{borrower.ref}")
