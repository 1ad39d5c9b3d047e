"""Closing a call: who it was, what was said, what came of it, and what that does at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from forbear.contact.calls import CallRefused, CallState, Identity
from forbear.contact.channels import VOICE
from forbear.contact.dispositions import (
    AGREED_HOURS_LAST,
    PAID_CLAIMED_LASTS,
    Closing,
    Disposition,
    disposition_of,
    require_guide_said,
    require_not_settled,
)
from forbear.contact.guides import GUIDE
from forbear.contact.preferences import HoldKind, PreferenceKind
from forbear.contact.wording.facts import Case, Direction
from forbear.contact.wording.screening import Outcome as Screened
from forbear.contact.wording.screening import screen
from forbear_server.selectors.actors import Actor
from forbear_server.services.addresses import take_out_of_use
from forbear_server.services.call_rows import own_spoken_call, record_of_call
from forbear_server.services.evidence import Recorded
from forbear_server.services.preference_rows import Statement, keep_hold, keep_statement
from forbear_server.services.preferences import check_statement
from forbear_server.services.refusals import refusals_recorded
from forbear_server.store.models import Borrower, Call, PermitRequest
from forbear_server.store.sealing import seal

NOTE_LENGTH = 200
_REFUSALS = refusals_recorded("call.refused", CallRefused)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the collector says came of a call."""

    code: str
    note: str = ""
    from_minute: int | None = None
    until_minute: int | None = None
    kept_debt_back: bool = False


@_REFUSALS
@transaction.atomic
def verify_identity(*, actor: Actor, call_id: UUID, identity: Identity, now: datetime) -> Recorded:
    """Say who is on the line; until the right party is, no page shows a debt."""
    row = own_spoken_call(actor, call_id)
    if row.state != CallState.CONNECTED:
        raise CallRefused(
            "Nobody is on the line: there is nobody to verify.", reason="nobody_on_line"
        )
    if row.identity == Identity.THIRD_PERSON and identity is Identity.RIGHT_PARTY:
        raise CallRefused(
            "Another person answered this call: end it and call the borrower anew.",
            reason="another_answered",
        )
    row.identity = identity.value
    if "identity" not in row.said:
        row.said = [*row.said, "identity"]
    row.save(update_fields=["identity", "said"])
    if identity is Identity.RIGHT_PARTY:
        return record_of_call("right_party_contact.confirmed", row, now, actor=actor)
    return record_of_call("call.answered", row, now, actor=actor, body={"identity": identity.value})


@_REFUSALS
@transaction.atomic
def tick_guide_line(*, actor: Actor, call_id: UUID, code: str, now: datetime) -> None:
    """A line of the guide was said."""
    row = own_spoken_call(actor, call_id)
    if code not in {line.code for line in GUIDE}:
        raise CallRefused(f"The guide has no line {code!r}.")
    if row.state not in {CallState.CONNECTED, CallState.WRAP_UP}:
        raise CallRefused("Nobody has been on the line yet.", reason="nobody_on_line")
    if code not in row.said:
        row.said = [*row.said, code]
        row.save(update_fields=["said"])


@_REFUSALS
@transaction.atomic
def confirm_disposition(
    *, actor: Actor, call_id: UUID, told: Told, now: datetime
) -> Recorded | None:
    """Choose a disposition; what acts at once acts now, before any note is saved.

    The call stays open until `close_call`. Confirmed again, nothing acts twice: None. Once one
    has acted no other is taken; lines of the guide that were not said do not keep it from acting.
    """
    row = own_spoken_call(actor, call_id)
    found, _ = _fitting(row, replace(told, note=told.note or "later"))
    if row.disposition == found.code:
        return None
    row.disposition = found.code
    row.save(update_fields=["disposition"])
    recorded = record_of_call(
        "disposition.confirmed", row, now, actor=actor, body={"disposition": found.code}
    )
    if found.acts_at_once:
        _act_on(found, row, actor, now, told)
    return recorded


@_REFUSALS
@transaction.atomic
def close_call(*, actor: Actor, call_id: UUID, told: Told, now: datetime) -> Recorded:
    """Close a call with its disposition and note; what it does counts from this moment.

    Raises `CallRefused`: it does not fit what happened, the note is missing or not fit to be kept.
    """
    row = own_spoken_call(actor, call_id)
    found, closing = _fitting(row, told)
    require_guide_said(found, closing)
    _check_note(told.note)
    has_acted = found.acts_at_once and row.disposition == found.code
    row.disposition, row.disposed_at, row.state = found.code, now, CallState.DONE.value
    row.note_sealed = seal(
        told.note.strip()[:NOTE_LENGTH], field="call.note", row=f"{row.lender_id}:{row.uuid}"
    )
    row.save(update_fields=["disposition", "disposed_at", "state", "note_sealed"])
    PermitRequest.objects.filter(pk=row.permit_id).update(outcome=found.outcome.value)
    body: dict[str, object] = {
        "disposition": found.code,
        "seconds": int((now - (row.ended_at or now)).total_seconds()),
    }
    if found.code == "third_person":
        body["disclosed"] = "no" if told.kept_debt_back else "told_in_note"
    recorded = record_of_call("disposition.recorded", row, now, actor=actor, body=body)
    if not has_acted:
        _act_on(found, row, actor, now, told)
    return recorded


def _fitting(row: Call, told: Told) -> tuple[Disposition, Closing]:
    """The disposition, if it fits the call, and what is known of it. Raises `CallRefused`."""
    if row.state != CallState.WRAP_UP:
        raise CallRefused("The call is not over, or was closed before.", reason="not_over")
    closing = Closing(
        was_answered=row.answered_at is not None,
        identity=Identity(row.identity),
        said=frozenset(row.said),
        note=told.note,
        kept_debt_back=told.kept_debt_back,
        from_minute=told.from_minute,
        until_minute=told.until_minute,
    )
    found = disposition_of(told.code, closing)
    require_not_settled(found, row.disposition)
    return found, closing


def _act_on(found: Disposition, row: Call, actor: Actor, now: datetime, told: Told) -> None:
    borrower = Borrower.objects.select_for_update().get(pk=row.borrower_id)
    if found.hold is not None:
        keep_hold(
            borrower=borrower,
            kind=found.hold,
            source="collector",
            actor=actor,
            now=now,
            loan_ref=row.loan_ref if found.hold is HoldKind.DISPUTE else "",
            until=now + PAID_CLAIMED_LASTS if found.hold is HoldKind.PAID_CLAIMED else None,
        )
    if found.code in {"wrong_number", "third_person"}:
        reason = "wrong_number" if found.code == "wrong_number" else "answered_by_another"
        take_out_of_use(
            borrower=borrower, word=row.address_ref, reason=reason, now=now, actor=actor
        )
    if found.code == "channel_stopped":
        for channel in sorted(VOICE):
            said = Statement(
                kind=PreferenceKind.CHANNEL_OPT_OUT, source="collector", channel=channel
            )
            keep_statement(borrower=borrower, said=said, actor=actor, now=now)
    if found.code == "callback_agreed":
        said = Statement(
            kind=PreferenceKind.AGREED_HOURS,
            source="collector",
            from_minute=told.from_minute,
            until_minute=told.until_minute,
            until=now + AGREED_HOURS_LAST,
            words=f"said in call {row.uuid}",
        )
        check_statement(said, now)
        keep_statement(borrower=borrower, said=said, actor=actor, now=now)


def _check_note(note: str) -> None:
    found = screen(note, about=Case(), direction=Direction.NOTE)
    if found.outcome is Screened.BLOCKED:
        words = "、".join(one.words for one in found.findings if one.words)
        raise CallRefused(
            f"The note cannot be kept like this: {words}. Write what happened.",
            reason="note_not_fit",
        )
