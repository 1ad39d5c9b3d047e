"""Re-seal personal data under the current key, in batches; stopped half-way it goes on where it
was, because whatever is not under the current key is what remains."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from forbear_server.selectors.lenders import list_lenders
from forbear_server.services.evidence import append_evidence
from forbear_server.services.sign_in import TOTP_FIELD
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import Borrower, User
from forbear_server.store.sealing import current_key_id, reseal

BORROWER_FIELDS = ("name", "phone", "id_number", "address")


def rotate_field_keys(*, now: datetime, batch: int = 500) -> int:
    """How many rows were re-sealed under the first key of FORBEAR_FIELD_KEYS."""
    total = 0
    for lender in list_lenders():
        with lender_scope(lender.lender_id):
            resealed = sum(_batches(batch))
            if resealed:
                with transaction.atomic():
                    append_evidence(
                        "field_keys.rotated",
                        now=now,
                        lender_id=lender.lender_id,
                        body={"rows": resealed, "key": current_key_id()},
                    )
        total += resealed
    return total


def _batches(size: int) -> Iterator[int]:
    while rows := _reseal_borrowers(size):
        yield rows
    while rows := _reseal_users(size):
        yield rows


@transaction.atomic
def _reseal_borrowers(size: int) -> int:
    current = f"{current_key_id()}."
    stale = Q()
    for field in BORROWER_FIELDS:
        column = f"{field}_sealed"
        stale |= ~Q(**{column: ""}) & ~Q(**{f"{column}__startswith": current})
    rows = list(Borrower.objects.select_for_update(skip_locked=True).filter(stale)[:size])
    for row in rows:
        for field in BORROWER_FIELDS:
            sealed = reseal(
                getattr(row, f"{field}_sealed"),
                field=f"borrower.{field}",
                row=f"{row.lender_id}:{row.ref}",
            )
            setattr(row, f"{field}_sealed", sealed)
    Borrower.objects.bulk_update(rows, [f"{field}_sealed" for field in BORROWER_FIELDS])
    return len(rows)


@transaction.atomic
def _reseal_users(size: int) -> int:
    rows = list(
        User.objects.select_for_update(skip_locked=True)
        .exclude(totp_secret_sealed="")
        .exclude(totp_secret_sealed__startswith=f"{current_key_id()}.")[:size]
    )
    for row in rows:
        row.totp_secret_sealed = reseal(row.totp_secret_sealed, field=TOTP_FIELD, row=row.username)
        row.save(update_fields=["totp_secret_sealed"])
    return len(rows)
