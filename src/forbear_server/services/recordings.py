"""Recordings of calls: kept sealed and named by digest and call, played for a purpose, deleted in time.

The plain file is removed once the sealed one is safe; killed in between, both are there and the
next start finds the plain one again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from forbear.contact.calls import CallEvent, CallRefused
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.borrower_access import visible_refs
from forbear_server.selectors.lenders import LenderRow
from forbear_server.selectors.recordings import recording_kept_until, recordings_over
from forbear_server.services.call_rows import record_of_call
from forbear_server.services.evidence import Recorded, append_evidence
from forbear_server.services.refusals import refusals_recorded
from forbear_server.store.evidence_persons import borrower_person
from forbear_server.store.models import Call
from forbear_server.store.sealed_files import read_sealed, write_sealed


class RecordingRefused(CallRefused):
    """A recording cannot be played like this; nothing was opened."""

    code = "recording_refused"


class Purpose(StrEnum):
    """What a recording is played for."""

    COMPLAINT = "complaint"
    DISPUTE = "dispute"
    QUALITY = "quality"
    AGREEMENT = "agreement"
    REGULATOR = "regulator"


def recording_file(digest: str, call_id: UUID) -> Path:
    """Where the sealed file lies: named by its sound and its call, since two calls may sound alike.

    Each is sealed for its own call and goes with its own person.
    """
    name = f"{digest}-{call_id.hex}"
    return Path(settings.DATA_DIR) / "recordings" / digest[:2] / name


@transaction.atomic
def keep_recording(*, lender: LenderRow, provider: str, event: CallEvent, now: datetime) -> bool:
    """Seal a finished recording and remove the plain file; whether there was a call it belongs to.

    Told again, it changes nothing more. A recording of a call that is gone (the person was erased)
    is not kept.
    """
    plain = Path(event.recording_path)
    row = (
        Call.objects.select_for_update(of=("self",))
        .select_related("borrower")
        .filter(provider=provider, provider_call_id=event.provider_call_id)
        .first()
    )
    if not plain.exists() or (row is not None and row.recording == "deleted"):
        plain.unlink(missing_ok=True)
        return row is not None
    if row is None:
        append_evidence(
            "callback.refused",
            now=now,
            lender_id=lender.lender_id,
            body={"channel": "voice_interactive", "code": "call_unknown"},
            private={"provider_call_id": event.provider_call_id[:128]},
        )
    elif not row.recording_digest:
        _keep(lender, row, plain.read_bytes(), now)
    transaction.on_commit(partial(plain.unlink, missing_ok=True))
    return row is not None


@refusals_recorded("call.refused", RecordingRefused)
@transaction.atomic
def open_recording(*, actor: Actor, call_id: UUID, purpose: str, now: datetime) -> bytes:
    """The sound of a call, for who may see the borrower and says what for; recorded.

    Raises `RecordingRefused`.
    """
    if purpose not in set(Purpose):
        raise RecordingRefused(
            "Say what the recording is played for: the purpose is recorded.",
            reason="purpose_missing",
        )
    row = Call.objects.select_related("borrower").filter(pk=call_id).first()
    if row is None or not visible_refs(actor, [row.borrower.ref]):
        raise RecordingRefused(
            "There is no such call, or you may not see its borrower.", reason="not_yours"
        )
    if row.recording != "kept":
        raise RecordingRefused(
            "This call has no recording that is kept.", reason="no_recording_kept"
        )
    try:
        sound = read_sealed(recording_file(row.recording_digest, row.uuid), row=_place(row))
    except OSError as missing:
        raise RecordingRefused(
            "The recording's file is not where it was kept.", reason="no_recording_kept"
        ) from missing
    append_evidence(
        "pii.revealed",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        about=f"call:{row.uuid}",
        person=borrower_person(row.borrower.ref),
        private={"what": "recording", "reason": purpose},
    )
    return sound


@transaction.atomic
def delete_recordings_over(*, lender: LenderRow, now: datetime) -> int:
    """Delete what need not be kept any longer; each deletion is an entry."""
    over = recordings_over(now.date())
    for row in over:
        row.recording = "deleted"
        row.save(update_fields=["recording"])
        record_of_call("call.recorded", row, now, body={"recording": "deleted"})
        _remove_on_commit(row.recording_digest, row.uuid)
    return len(over)


def kept_recordings(lender_id: int) -> Iterator[tuple[Path, str]]:
    """Sealed recordings that are there, with the row each is bound to: for a change of keys."""
    for row in Call.objects.filter(lender_id=lender_id).exclude(recording_digest=""):
        path = recording_file(row.recording_digest, row.uuid)
        if path.exists():
            yield path, _place(row)


def delete_recordings_of(borrower_ref: str) -> None:
    """With the person go the recordings of their calls; the rows go with their permits."""
    rows = Call.objects.filter(borrower__ref=borrower_ref).exclude(recording_digest="")
    for digest, call_id in rows.values_list("recording_digest", "uuid"):
        _remove_on_commit(digest, call_id)


def _keep(lender: LenderRow, row: Call, sound: bytes, now: datetime) -> Recorded:
    digest = hashlib.sha256(sound).hexdigest()
    write_sealed(recording_file(digest, row.uuid), sound, row=_place(row))
    row.recording_digest = digest
    row.recording_kept_until = recording_kept_until(
        now.date(), scope=lender.scope, policy=lender.policy
    )
    is_whole = row.recording != "broken"
    row.recording = "kept"
    row.save(update_fields=["recording", "recording_digest", "recording_kept_until"])
    return record_of_call(
        "call.recorded",
        row,
        now,
        body={"recording": "kept" if is_whole else "kept_in_part"},
        private={"digest": digest},
    )


def _remove_on_commit(digest: str, call_id: UUID) -> None:
    transaction.on_commit(partial(recording_file(digest, call_id).unlink, missing_ok=True))


def _place(row: Call) -> str:
    return f"{row.lender_id}:{row.uuid}"
