"""Personal data of an accepted tape: sealed field by field and laid on the desk, nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from forbear_server.store.copying import copy_rows
from forbear_server.store.models import Borrower
from forbear_server.store.sealing import seal

_FIELDS = ("name", "phone", "id_number", "address")


@dataclass(frozen=True, slots=True)
class Person:
    borrower_ref: str
    name: str = ""
    phone: str = ""
    id_number: str = ""
    address: str = ""
    time_zone: str = ""
    language: str = "zh-Hans"


@transaction.atomic
def record_persons(*, lender_id: int, persons: Iterable[Person]) -> int:
    """Add or renew borrowers of this lender; a field the tape leaves empty keeps what is known."""
    columns = [f"{field}_sealed" for field in _FIELDS]
    kept = ", ".join(
        f"{column} = CASE WHEN EXCLUDED.{column} = '' THEN borrower.{column} "
        f"ELSE EXCLUDED.{column} END"
        for column in [*columns, "time_zone"]
    )
    return copy_rows(
        "borrower",
        ["lender_id", "ref", *columns, "language", "time_zone"],
        (
            (
                lender_id,
                person.borrower_ref,
                *(
                    seal(
                        getattr(person, field),
                        field=f"borrower.{field}",
                        row=f"{lender_id}:{person.borrower_ref}",
                    )
                    for field in _FIELDS
                ),
                person.language,
                person.time_zone,
            )
            for person in persons
        ),
        on_conflict=f"(lender_id, ref) DO UPDATE SET {kept}",
    )


@transaction.atomic
def record_loans(*, lender_id: int, loans: Iterable[tuple[str, str, str]]) -> int:
    """Add loans the desk does not know: (loan ref, borrower ref, product)."""
    known = list(loans)
    ids = borrower_ids(lender_id, [borrower for _, borrower, _ in known])
    return copy_rows(
        "loan",
        ["lender_id", "ref", "borrower_id", "product"],
        ((lender_id, ref, ids[borrower], product) for ref, borrower, product in known),
        on_conflict="(lender_id, ref) DO NOTHING",
    )


def borrower_ids(lender_id: int, refs: Iterable[str]) -> dict[str, int]:
    """Desk ids by ref; a borrower the desk has not met yet is added with the ref alone."""
    copy_rows(
        "borrower",
        ["lender_id", "ref", *(f"{field}_sealed" for field in _FIELDS), "language", "time_zone"],
        ((lender_id, ref, "", "", "", "", "zh-Hans", "") for ref in dict.fromkeys(refs)),
        on_conflict="(lender_id, ref) DO NOTHING",
    )
    return dict(Borrower.objects.filter(lender_id=lender_id).values_list("ref", "pk"))
