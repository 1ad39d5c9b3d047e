"""Calls: placed under a permit, followed as the line tells, closed with a disposition; all recorded.

A permit is issued and used in the transaction that makes the call's row, so two people at the cap
leave one call. Whatever a disposition does (a hold, an opt-out, a number out of use) counts at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from forbear.compliance.verdicts import Ruling
from forbear.contact.attempts import Outcome
from forbear.contact.calls import (
    DISCLOSURES,
    NO_REDIAL_WITHIN,
    SILENCES,
    CallEvent,
    CallOrder,
    CallRefused,
    CallState,
    LineEvent,
    Silence,
    VoiceKind,
    discloses,
    next_call_state,
)
from forbear.contact.channels import Channel
from forbear.contact.dispositions import disposition_of_notice
from forbear.contact.permission import ContactRequest
from forbear_server.selectors.access import Level, Screen, access_level
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.addresses import addresses_in_use
from forbear_server.selectors.borrower_access import visible_refs
from forbear_server.services.addresses import index_phones
from forbear_server.services.call_rows import record_of_call, wake_telephones
from forbear_server.services.evidence import append_evidence
from forbear_server.services.permit_batches import BatchAnswer, PermitAsked, issue_permits
from forbear_server.services.permit_rows import permit_of
from forbear_server.services.refusals import refusals_recorded
from forbear_server.store.evidence_persons import borrower_person
from forbear_server.store.models import Borrower, Call, PermitRequest

_REFUSALS = refusals_recorded("call.refused", CallRefused)


@dataclass(frozen=True, slots=True)
class CallAnswer:
    """What came of asking to call: the order to be placed, or the law's refusal."""

    call_id: UUID | None
    order: CallOrder | None
    grounds: tuple[tuple[str, str], ...]
    next_permitted_at: datetime | None
    evidence_id: str
    needs_review: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAsked:
    """One call somebody wants to make. `announcement` must disclose a voice that is no person's."""

    borrower_ref: str
    provider: str
    collector_line: str
    can_record: bool
    idempotency_key: str
    loan_ref: str = ""
    voice: VoiceKind = VoiceKind.PERSON
    announcement: str = ""


@_REFUSALS
@transaction.atomic
def begin_call(*, actor: Actor, asked: CallAsked, now: datetime) -> CallAnswer:
    """Ask the gate, use its permit and make the call's row, all in one.

    Raises `CallRefused` (no recording, no number, another call open, cut off a moment ago) or
    `GateClosed`; the law's refusal is an answer.
    """
    _require_caller(actor)
    borrower = _borrower(actor, asked.borrower_ref, now)
    _check_may_begin(actor, borrower, asked, now)
    address = addresses_in_use([borrower.pk], "phone").get(borrower.pk)
    if address is None:
        raise CallRefused(
            "There is no number in use for this borrower: nothing can be dialled.",
            reason="no_number",
        )
    channel = (
        Channel.VOICE_INTERACTIVE if asked.voice is VoiceKind.PERSON else Channel.VOICE_NOTICE_AI
    )
    answer = issue_permits(
        actor=actor,
        asked=[
            PermitAsked(
                borrower_ref=borrower.ref,
                request=ContactRequest(channel=channel, loan_ref=asked.loan_ref or None),
                address_word=address.word,
                content_digest="",
                idempotency_key=asked.idempotency_key,
                send_at=now,
                wait_until=now,
            )
        ],
        now=now,
    )[0]
    if answer is None or answer.permit is None:
        return _not_permitted(answer)
    row = _placed(actor, borrower, asked, answer, address.word, now)
    order = CallOrder(
        call_id=row.uuid,
        permit=answer.permit,
        channel=channel,
        voice=asked.voice,
        collector_line=asked.collector_line,
        address=address.opened(),
        window_closes_at=row.window_closes_at,
        announcement=asked.announcement,
    )
    return CallAnswer(row.uuid, order, (), None, answer.evidence_id)


@transaction.atomic
def record_line_event(
    *, lender_id: int, provider: str, event: CallEvent, now: datetime
) -> CallState | None:
    """Follow what the line tells; None for a call nobody knows. Told twice, it counts once."""
    row = (
        Call.objects.select_for_update(of=("self",))
        .select_related("borrower", "permit")
        .filter(provider=provider, provider_call_id=event.provider_call_id)
        .first()
    )
    if row is None:
        append_evidence(
            "callback.refused",
            now=now,
            lender_id=lender_id,
            body={"channel": "voice_interactive", "code": "call_unknown"},
            private={"provider_call_id": event.provider_call_id[:128]},
        )
        return None
    if event.kind in {LineEvent.RECORDING, LineEvent.RECORDING_BROKE}:
        _follow_recording(row, event, now)
        return CallState(row.state)
    if event.kind in SILENCES:
        _follow_silence(row, event, now)
        return CallState(row.state)
    before = CallState(row.state)
    after = next_call_state(before, event.kind)
    if after is not before:
        _move(row, after, event, now)
    return after


@transaction.atomic
def end_call_by_window(*, call_id: UUID, now: datetime) -> None:
    """The permitted time is over: the call was ended by us, not by anybody on the line."""
    row = Call.objects.select_for_update().filter(pk=call_id, ended_at__isnull=True).first()
    if row is not None and row.ended_by != "window":
        row.ended_by = "window"
        row.save(update_fields=["ended_by"])
        record_of_call("call.warned", row, now, body={"code": "window_over"})


def _require_caller(actor: Actor) -> None:
    if access_level(actor, Screen.LOAN) not in {Level.FULL, Level.TEAM, Level.OWN}:
        raise CallRefused(
            "Reading a borrower's page is not calling from it.", reason="may_not_call"
        )


def _borrower(actor: Actor, ref: str, now: datetime) -> Borrower:
    seen = visible_refs(actor, [ref])
    row = Borrower.objects.select_for_update().filter(ref__in=seen).first()
    if row is None:
        raise CallRefused(f"There is no borrower {ref}, or you may not see them.")
    index_phones(lender_id=actor.lender_id, now=now, refs=[ref])
    return row


def _check_may_begin(actor: Actor, borrower: Borrower, asked: CallAsked, now: datetime) -> None:
    if not asked.can_record:
        raise CallRefused(
            "Recording does not work: no call is placed without it.", reason="no_recording"
        )
    if not discloses(asked.voice, asked.announcement):
        raise CallRefused(
            f"A voice that is no person's says so first: {DISCLOSURES[asked.voice].zh}.",
            reason="not_disclosed",
        )
    if PermitRequest.objects.filter(idempotency_key=asked.idempotency_key).exists():
        raise CallRefused(
            "This form was sent before; open the page anew to call again.",
            reason="form_sent_before",
        )
    open_states = ["dialling", "ringing", "connected", "wrap_up"]
    if Call.objects.filter(collector_id=actor.user_id, state__in=open_states).exists():
        raise CallRefused(
            "You have a call that is on or waits for its disposition: close it first.",
            reason="own_call_open",
        )
    if Call.objects.filter(borrower=borrower, state__in=open_states).exists():
        raise CallRefused(
            "A colleague is on the line with this borrower, or about to close a call.",
            reason="colleague_calls",
        )
    cut_since = now - NO_REDIAL_WITHIN
    if Call.objects.filter(borrower=borrower, disposition="cut", ended_at__gt=cut_since).exists():
        raise CallRefused(
            "The last call was cut less than 30 minutes ago: leave them the time.",
            reason="cut_a_moment_ago",
        )


def _placed(
    actor: Actor,
    borrower: Borrower,
    asked: CallAsked,
    answer: BatchAnswer,
    word: str,
    now: datetime,
) -> Call:
    permit = answer.row
    if permit.closes_at is None or permit_of(permit, borrower.ref) is None:
        raise CallRefused("The permit has no window.")
    permit.state, permit.used_at = PermitRequest.State.USED, now
    permit.save(update_fields=["state", "used_at"])
    row = Call(
        uuid=uuid4(),
        lender_id=actor.lender_id,
        borrower=borrower,
        permit=permit,
        collector_id=actor.user_id,
        loan_ref=asked.loan_ref,
        address_ref=word,
        voice=asked.voice.value,
        provider=asked.provider,
        asked_at=now,
        window_closes_at=permit.closes_at,
        collector_line=asked.collector_line,
        announcement=asked.announcement,
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as clash:
        raise CallRefused(
            "You have another call open: close it first.", reason="own_call_open"
        ) from clash
    append_evidence(
        "permit.used",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        about=f"permit:{permit.pk}",
        person=borrower_person(borrower.ref),
    )
    record_of_call("call.placed", row, now, actor=actor, body={"voice": row.voice})
    wake_telephones()
    return row


def _not_permitted(answer: BatchAnswer | None) -> CallAnswer:
    if answer is None:
        raise CallRefused("There is no such borrower, or you may not see them.")
    return CallAnswer(
        call_id=None,
        order=None,
        grounds=tuple((g["rule_id"], g["reason"]) for g in answer.row.grounds),
        next_permitted_at=answer.next_permitted_at,
        evidence_id=answer.evidence_id,
        needs_review=answer.ruling is Ruling.NEEDS_REVIEW,
    )


def _move(row: Call, after: CallState, event: CallEvent, now: datetime) -> None:
    row.state = after.value
    if after is CallState.RINGING:
        row.ringing_at = event.at
    if after is CallState.CONNECTED:
        row.answered_at = event.at
    if after in {CallState.WRAP_UP, CallState.FAILED}:
        row.ended_at, row.hangup_reason = event.at, event.reason[:64]
        row.ended_by = row.ended_by or "line"
    row.save()
    if after is CallState.CONNECTED:
        record_of_call("call.answered", row, now)
    if after in {CallState.WRAP_UP, CallState.FAILED}:
        was_answered = row.answered_at is not None
        outcome = Outcome.CONNECTED if was_answered else Outcome.NO_ANSWER
        if after is CallState.FAILED:
            outcome = Outcome.UNREACHABLE
        PermitRequest.objects.filter(pk=row.permit_id).update(outcome=outcome.value)
        seconds = int((event.at - row.answered_at).total_seconds()) if row.answered_at else 0
        record_of_call(
            "call.ended", row, now, body={"reason": row.hangup_reason, "seconds": seconds}
        )
    if after is CallState.WRAP_UP and row.voice != VoiceKind.PERSON:
        _close_notice(row, now)


def _close_notice(row: Call, now: datetime) -> None:
    """No person spoke for us: there is nobody to be asked how it went."""
    found = disposition_of_notice(
        was_answered=row.answered_at is not None, hangup_reason=row.hangup_reason
    )
    row.disposition, row.disposed_at, row.state = found.code, now, CallState.DONE.value
    row.save(update_fields=["disposition", "disposed_at", "state"])
    PermitRequest.objects.filter(pk=row.permit_id).update(outcome=found.outcome.value)
    record_of_call("disposition.recorded", row, now, body={"disposition": found.code})


def _follow_silence(row: Call, event: CallEvent, now: datetime) -> None:
    """The line says whether it is muted or held; told twice, it counts once."""
    silence, is_on = SILENCES[event.kind]
    field = "is_muted" if silence is Silence.MUTE else "is_held"
    if row.state != CallState.CONNECTED or getattr(row, field) is is_on:
        return
    setattr(row, field, is_on)
    row.save(update_fields=[field])
    name = "call.muted" if silence is Silence.MUTE else "call.held"
    record_of_call(name, row, now, body={"code": "on" if is_on else "off"})


def _follow_recording(row: Call, event: CallEvent, now: datetime) -> None:
    told = "on" if event.kind is LineEvent.RECORDING else "broken"
    if row.recording in {told, "broken", "kept", "deleted"}:
        return  # told before; and what broke once is not whole again
    row.recording = told
    row.save(update_fields=["recording"])
    record_of_call("call.recorded", row, now, body={"recording": row.recording})
