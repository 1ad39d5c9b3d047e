"""What the process that holds the telephone system does with the desk's calls.

The pages write rows; this process takes them up, once: a row is marked before its number is
dialled, so a crash in between ends a call that was never placed instead of placing it twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from forbear.contact.calls import (
    WARNED_BEFORE,
    CallEvent,
    CallOrder,
    CallRefused,
    CallState,
    LineEvent,
    Silence,
    VoiceKind,
)
from forbear.contact.channels import Channel
from forbear.contact.dispatch import NotThePermittedMessage
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.addresses import FIELD, sealed_row
from forbear_server.selectors.lenders import lender_row
from forbear_server.services.call_rows import record_of_call, wake_telephones
from forbear_server.services.calls import record_line_event
from forbear_server.services.permit_batches import use_permits
from forbear_server.services.permit_rows import permit_of
from forbear_server.services.refusals import refusals_recorded
from forbear_server.store.models import BorrowerAddress, Call, ChannelSender
from forbear_server.store.sealing import unseal

# An order nobody took up so long is over: the moment it was asked for has passed.
ORDER_LASTS = timedelta(minutes=1)
UNDER_WAY = ("dialling", "ringing", "connected")


@dataclass(frozen=True, slots=True)
class Due:
    """One call something is to be done about now."""

    call_id: UUID
    provider_call_id: str


@dataclass(frozen=True, slots=True)
class SilenceDue:
    """One call to be muted or held, or not any longer."""

    provider_call_id: str
    silence: Silence
    is_on: bool


@transaction.atomic
def take_order(*, provider: str, now: datetime) -> CallOrder | None:
    """The oldest call nobody has placed yet, marked as ours; None when there is none.

    A call whose window is over, or whose number went out of use meanwhile, fails here.
    """
    while True:
        row = (
            Call.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("borrower", "permit")
            .filter(provider=provider, state="dialling", provider_call_id="")
            .order_by("asked_at")
            .first()
        )
        if row is None:
            return None
        row.provider_call_id = str(row.uuid)
        row.save(update_fields=["provider_call_id"])
        is_wanted = row.end_wished_at is None and now - row.asked_at < ORDER_LASTS
        order = _order(row) if is_wanted and _still_permitted(row, now) else None
        if order is not None:
            return order
        fail_call(row=row, reason="not_dialled", now=now)


def _still_permitted(row: Call, now: datetime) -> bool:
    """Asked once more before the number is dialled: a hold or an opt-out may have come since."""
    used = use_permits(lender=lender_row(row.lender), rows=[row.permit], now=now)
    return row.permit_id in used.usable


def fail_call(*, row: Call, reason: str, now: datetime) -> None:
    """It never reached the network."""
    _tell(row, LineEvent.FAILED, reason, now)


@transaction.atomic
def fail_order(*, call_id: UUID, now: datetime) -> None:
    """The telephone system refused the order: nothing was dialled."""
    fail_call(row=_row(call_id), reason="not_dialled", now=now)


@refusals_recorded("call.refused", CallRefused)
@transaction.atomic
def ask_to_end(*, actor: Actor, call_id: UUID, now: datetime) -> None:
    """The collector wishes to end their call."""
    row = Call.objects.select_for_update().filter(pk=call_id, collector_id=actor.user_id).first()
    if row is None or row.state not in UNDER_WAY:
        raise CallRefused("There is no call of yours that is on.", reason="nobody_on_line")
    if row.end_wished_at is None:
        row.end_wished_at = now
        row.save(update_fields=["end_wished_at"])
        wake_telephones()


@refusals_recorded("call.refused", CallRefused)
@transaction.atomic
def ask_for_silence(
    *, actor: Actor, call_id: UUID, silence: Silence, is_on: bool, now: datetime
) -> None:
    """The collector wishes to mute or hold their call, or to end that; the line says when it is."""
    row = Call.objects.select_for_update().filter(pk=call_id, collector_id=actor.user_id).first()
    if row is None or row.state != CallState.CONNECTED or row.voice != VoiceKind.PERSON:
        raise CallRefused("Nobody is on the line with you.", reason="nobody_on_line")
    wish = "is_mute_wished" if silence is Silence.MUTE else "is_hold_wished"
    setattr(row, wish, is_on)
    row.save(update_fields=[wish])
    wake_telephones()


def silences_due(*, provider: str) -> list[SilenceDue]:
    """What collectors wish of their lines and the lines do not say yet."""
    rows = Call.objects.filter(
        ~Q(is_mute_wished=F("is_muted")) | ~Q(is_hold_wished=F("is_held")),
        provider=provider,
        state="connected",
    )
    due = []
    for row in rows:
        if row.is_mute_wished != row.is_muted:
            due.append(SilenceDue(row.provider_call_id, Silence.MUTE, row.is_mute_wished))
        if row.is_hold_wished != row.is_held:
            due.append(SilenceDue(row.provider_call_id, Silence.HOLD, row.is_hold_wished))
    return due


def calls_to_end(*, provider: str) -> list[Due]:
    """Calls their collector wishes to end."""
    return _due(provider, end_wished_at__isnull=False, ended_at__isnull=True)


def calls_past_window(*, provider: str, now: datetime) -> list[Due]:
    """Calls nothing permits any more, until the line says that they are over."""
    return _due(provider, window_closes_at__lte=now)


@transaction.atomic
def warn_before_window(*, provider: str, now: datetime) -> list[Due]:
    """Calls whose collector is to be warned now, each once; recorded."""
    due = _due(
        provider,
        state="connected",
        warned_at__isnull=True,
        window_closes_at__lte=now + WARNED_BEFORE,
        window_closes_at__gt=now,
    )
    for one in due:
        row = _row(one.call_id)
        row.warned_at = now
        row.save(update_fields=["warned_at"])
        record_of_call("call.warned", row, now, body={"code": "window_closing"})
    return due


@transaction.atomic
def end_lost_calls(*, provider: str, now: datetime) -> list[Due]:
    """Calls a process that is gone had on its lines: they are over, whoever was on them.

    Run at the start, before anything is placed. What was asked for but never taken up waits on.
    """
    lost = _due(provider)
    for one in lost:
        _tell(_row(one.call_id), LineEvent.ENDED, "provider_lost", now)
    return lost


def note_telephones(*, sender_id: int, can_record: bool, now: datetime) -> None:
    """The process is there; `can_record` says whether a call placed now would be recorded."""
    link = "up" if can_record else "down"
    ChannelSender.objects.filter(pk=sender_id).update(link=link, link_seen_at=now)


def _due(provider: str, **asked: object) -> list[Due]:
    rows = Call.objects.filter(provider=provider, state__in=UNDER_WAY, **asked)
    return [
        Due(uuid, name)
        for uuid, name in rows.exclude(provider_call_id="").values_list("uuid", "provider_call_id")
    ]


def _row(call_id: UUID) -> Call:
    return Call.objects.select_for_update(of=("self",)).select_related("borrower").get(pk=call_id)


def _tell(row: Call, kind: LineEvent, reason: str, now: datetime) -> None:
    event = CallEvent(
        event_id=f"{row.uuid}:{reason}",
        provider_call_id=row.provider_call_id,
        kind=kind,
        at=now,
        reason=reason,
    )
    record_line_event(lender_id=row.lender_id, provider=row.provider, event=event, now=now)


def _order(row: Call) -> CallOrder | None:
    permit = permit_of(row.permit, row.borrower.ref)
    address = BorrowerAddress.objects.filter(
        borrower_id=row.borrower_id, ref=row.address_ref, out_of_use_at__isnull=True
    ).first()
    if permit is None or address is None:
        return None
    voice = VoiceKind(row.voice)
    try:
        return CallOrder(
            call_id=row.uuid,
            permit=permit,
            channel=Channel(permit.channel),
            voice=voice,
            collector_line=row.collector_line,
            address=unseal(address.address_sealed, field=FIELD, row=sealed_row(row.borrower)),
            window_closes_at=row.window_closes_at,
            announcement=row.announcement,
        )
    except NotThePermittedMessage:
        return None
