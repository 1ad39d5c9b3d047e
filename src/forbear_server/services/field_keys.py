"""Re-seal personal data and uploaded tapes under the current key; stopped half-way it goes on where
it was, because whatever is not under the current key is what remains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Q, QuerySet

from forbear_server.selectors.addresses import FIELD as ADDRESS_FIELD
from forbear_server.selectors.lenders import list_lenders
from forbear_server.services.evidence import append_evidence
from forbear_server.services.recordings import kept_recordings
from forbear_server.services.sign_in import TOTP_FIELD
from forbear_server.store.evidence_persons import KEY_FIELD
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import (
    Borrower,
    BorrowerAddress,
    BorrowerNote,
    Call,
    EvidencePerson,
    InboundMessage,
    KeptDraft,
    Message,
    User,
)
from forbear_server.store.sealed_files import is_under_current_key, reseal_file
from forbear_server.store.sealing import SealBroken, current_key_id, reseal
from forbear_server.store.tape_files import kept_files

BORROWER_FIELDS = ("name", "phone", "id_number", "address")
# Sealed columns of contact, bound to their own row by its uuid.
Sealed = Message | InboundMessage | Call | BorrowerNote | KeptDraft
CONTACT_FIELDS: tuple[tuple[type[Sealed], tuple[str, ...], str], ...] = (
    (Message, ("text", "subject", "address"), "message"),
    (InboundMessage, ("text", "address"), "inbound_message"),
    (Call, ("note",), "call"),
    (BorrowerNote, ("text",), "borrower_note"),
    (KeptDraft, ("text",), "kept_draft"),
)


class RotationIncomplete(SealBroken):
    """Something is still under another key, so the old key must stay in FORBEAR_FIELD_KEYS."""


@dataclass(frozen=True, slots=True)
class _Rotated:
    rows: int
    files: int
    left: int


def rotate_field_keys(*, now: datetime, batch: int = 500) -> int:
    """How many rows and files were re-sealed under the first key of FORBEAR_FIELD_KEYS.

    Raises `RotationIncomplete` when not all could be, because somebody holds a row meanwhile.
    """
    total = left = 0
    for lender in list_lenders():
        with lender_scope(lender.lender_id):
            done = _rotate_lender(lender.lender_id, now, batch)
        total += done.rows + done.files
        left += done.left
    if left:
        raise RotationIncomplete(
            f"{total} re-sealed, {left} still under another key because they were in use: keep the "
            "old key and run `forbear db rotate-keys` again."
        )
    return total


def _rotate_lender(lender_id: int, now: datetime, batch: int) -> _Rotated:
    rows = 0
    # A row that is locked is passed over; every round comes back for it until one moves nothing.
    while moved := sum(_batches(batch)):
        rows += moved
    files = 0
    for path, row in _files(lender_id):
        if not is_under_current_key(path):
            reseal_file(path, row=row)
            files += 1
    done = _Rotated(rows, files, _count_left(lender_id))
    if rows or files or done.left:
        with transaction.atomic():
            append_evidence(
                "field_keys.rotated",
                now=now,
                lender_id=lender_id,
                body={**asdict(done), "key": current_key_id()},
            )
    return done


def _count_left(lender_id: int) -> int:
    """Rows and files of this lender that are still under another key."""
    files = sum(not is_under_current_key(path) for path, _row in _files(lender_id))
    rows = _stale_borrowers().count() + _stale_users().count() + _stale_persons().count()
    rows += _stale_addresses().count()
    rows += sum(_stale(table, fields).count() for table, fields, _name in CONTACT_FIELDS)
    return rows + files


def _files(lender_id: int) -> Iterator[tuple[Path, str]]:
    """Sealed files of a lender: uploaded tapes, and recordings of calls."""
    yield from kept_files(lender_id)
    yield from kept_recordings(lender_id)


def _batches(size: int) -> Iterator[int]:
    while rows := _reseal_borrowers(size):
        yield rows
    while rows := _reseal_users(size):
        yield rows
    while rows := _reseal_persons(size):
        yield rows
    while rows := _reseal_addresses(size):
        yield rows
    for table, fields, name in CONTACT_FIELDS:
        while rows := _reseal_contact(table, fields, name, size):
            yield rows


def _stale_borrowers() -> QuerySet[Borrower]:
    current = f"{current_key_id()}."
    stale = Q()
    for field in BORROWER_FIELDS:
        column = f"{field}_sealed"
        stale |= ~Q(**{column: ""}) & ~Q(**{f"{column}__startswith": current})
    return Borrower.objects.filter(stale)


def _stale_users() -> QuerySet[User]:
    sealed = User.objects.exclude(totp_secret_sealed="")
    return sealed.exclude(totp_secret_sealed__startswith=f"{current_key_id()}.")


def _stale_persons() -> QuerySet[EvidencePerson]:
    """Keys of the evidence: of this lender's people, and the one of the house."""
    sealed = EvidencePerson.objects.exclude(key_sealed="")
    return sealed.exclude(key_sealed__startswith=f"{current_key_id()}.")


@transaction.atomic
def _reseal_borrowers(size: int) -> int:
    rows = list(_stale_borrowers().select_for_update(skip_locked=True)[:size])
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
    rows = list(_stale_users().select_for_update(skip_locked=True)[:size])
    for row in rows:
        row.totp_secret_sealed = reseal(row.totp_secret_sealed, field=TOTP_FIELD, row=row.username)
        row.save(update_fields=["totp_secret_sealed"])
    return len(rows)


@transaction.atomic
def _reseal_persons(size: int) -> int:
    rows = list(_stale_persons().select_for_update(skip_locked=True)[:size])
    for row in rows:
        row.key_sealed = reseal(row.key_sealed, field=KEY_FIELD, row=str(row.pk))
        row.save(update_fields=["key_sealed"])
    return len(rows)


def _stale(table: type[Sealed], fields: tuple[str, ...]) -> QuerySet[Sealed]:
    current = f"{current_key_id()}."
    stale = Q()
    for field in fields:
        column = f"{field}_sealed"
        stale |= ~Q(**{column: ""}) & ~Q(**{f"{column}__startswith": current})
    return table.objects.filter(stale)


@transaction.atomic
def _reseal_contact(table: type[Sealed], fields: tuple[str, ...], name: str, size: int) -> int:
    rows = list(_stale(table, fields).select_for_update(skip_locked=True)[:size])
    for row in rows:
        for field in fields:
            sealed = reseal(
                getattr(row, f"{field}_sealed"),
                field=f"{name}.{field}",
                row=f"{row.lender_id}:{row.uuid}",
            )
            setattr(row, f"{field}_sealed", sealed)
        row.save(update_fields=[f"{field}_sealed" for field in fields])
    return len(rows)


def _stale_addresses() -> QuerySet[BorrowerAddress]:
    return BorrowerAddress.objects.exclude(address_sealed__startswith=f"{current_key_id()}.")


@transaction.atomic
def _reseal_addresses(size: int) -> int:
    stale = _stale_addresses().select_related("borrower")
    rows = list(stale.select_for_update(of=("self",), skip_locked=True)[:size])
    for row in rows:
        place = f"{row.lender_id}:{row.borrower.ref}"
        row.address_sealed = reseal(row.address_sealed, field=ADDRESS_FIELD, row=place)
        row.save(update_fields=["address_sealed"])
    return len(rows)
