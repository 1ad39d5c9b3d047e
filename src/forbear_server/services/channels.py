"""Senders of the channels: known from the channels file, stopped and let run again by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from forbear.primitives.errors import RequestRefused
from forbear_server.selectors.access import Level, Screen, access_level
from forbear_server.selectors.actors import Actor
from forbear_server.services.evidence import Recorded, append_evidence
from forbear_server.services.messages import NOTIFY
from forbear_server.services.refusals import refusals_recorded
from forbear_server.store.models import ChannelSender

REASON_LENGTH = 200


class ChannelRefused(RequestRefused):
    """A channel cannot be stopped or resumed like this; nothing was changed."""

    code = "channel_refused"


@dataclass(frozen=True, slots=True)
class SenderTerms:
    """A sender as the channels file names it."""

    channel: str
    sender: str
    gateway: str
    rate_per_second: float


@transaction.atomic
def register_senders(*, lender_id: int, terms: Sequence[SenderTerms]) -> dict[str, int]:
    """Know the senders of the channels file; their ids by name. Whether one is stopped stays."""
    found = {}
    for one in terms:
        row, _ = ChannelSender.objects.update_or_create(
            lender_id=lender_id,
            channel=one.channel,
            sender=one.sender,
            defaults={
                "gateway": one.gateway,
                "rate_milli": max(1, round(one.rate_per_second * 1000)),
            },
        )
        found[one.sender] = row.pk
    return found


@refusals_recorded("channel.refused", ChannelRefused)
@transaction.atomic
def stop_channel(*, actor: Actor, sender_id: int, reason: str, now: datetime) -> Recorded:
    """Nothing more goes out from this sender; what is queued waits or lapses."""
    row = _locked(actor, sender_id, reason)
    if row.stopped_at is not None:
        raise ChannelRefused("This sender is stopped already.")
    row.stopped_at, row.stopped_by_id = now, actor.user_id
    row.stopped_reason = reason.strip()[:REASON_LENGTH]
    row.save(update_fields=["stopped_at", "stopped_by", "stopped_reason"])
    return _record("channel.stopped", actor, row, reason, now)


@refusals_recorded("channel.refused", ChannelRefused)
@transaction.atomic
def resume_channel(*, actor: Actor, sender_id: int, reason: str, now: datetime) -> Recorded:
    """Let a stopped sender go on; each message is asked about again before it leaves."""
    row = _locked(actor, sender_id, reason)
    if row.stopped_at is None:
        raise ChannelRefused("This sender is not stopped.")
    row.stopped_at, row.stopped_by, row.stopped_reason = None, None, ""
    row.save(update_fields=["stopped_at", "stopped_by", "stopped_reason"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [NOTIFY])
    return _record("channel.resumed", actor, row, reason, now)


def _locked(actor: Actor, sender_id: int, reason: str) -> ChannelSender:
    if access_level(actor, Screen.CHANNELS) is not Level.FULL:
        raise ChannelRefused("Only an administrator stops a channel or lets it run again.")
    if not reason.strip():
        raise ChannelRefused("Say why: the reason is kept as evidence.")
    row = ChannelSender.objects.select_for_update().filter(pk=sender_id).first()
    if row is None:
        raise ChannelRefused("There is no such sender.")
    return row


def _record(event: str, actor: Actor, row: ChannelSender, reason: str, now: datetime) -> Recorded:
    return append_evidence(
        event,
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        about=f"sender:{row.pk}",
        body={"channel": row.channel},
        private={"sender": row.sender, "reason": reason.strip()[:REASON_LENGTH]},
    )
