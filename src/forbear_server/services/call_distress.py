"""Somebody on the line is upset: the guide rests, ending is offered, and the team's lead is told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from forbear.contact.calls import CallRefused, CallState
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.calls import distressed_calls
from forbear_server.services.call_rows import own_spoken_call, record_of_call
from forbear_server.services.evidence import Recorded
from forbear_server.services.refusals import refusals_recorded

_REFUSALS = refusals_recorded("call.refused", CallRefused)


@_REFUSALS
@transaction.atomic
def note_distress(*, actor: Actor, call_id: UUID, now: datetime) -> Recorded | None:
    """The other side is upset: pause the guide; the lead is told once a call. None if told before."""
    row = own_spoken_call(actor, call_id)
    if row.state != CallState.CONNECTED:
        raise CallRefused("Nobody is on the line.", reason="nobody_on_line")
    is_first = row.distressed_at is None
    row.is_guide_paused, row.distressed_at = True, row.distressed_at or now
    row.save(update_fields=["is_guide_paused", "distressed_at"])
    return record_of_call("call.distressed", row, now, actor=actor) if is_first else None


@_REFUSALS
@transaction.atomic
def go_on_with_guide(*, actor: Actor, call_id: UUID, now: datetime) -> None:
    """The guide goes on; that somebody was upset stays written down."""
    row = own_spoken_call(actor, call_id)
    row.is_guide_paused = False
    row.save(update_fields=["is_guide_paused"])


@_REFUSALS
@transaction.atomic
def mark_distress_seen(*, actor: Actor, call_id: UUID, now: datetime) -> Recorded | None:
    """The team's lead has seen it; the notice goes. None when somebody had seen it before."""
    row = distressed_calls(actor).select_for_update(of=("self",)).filter(pk=call_id).first()
    if row is None:
        raise CallRefused("There is no such call of your team.", reason="not_yours")
    if row.distress_seen_at is not None:
        return None
    row.distress_seen_at, row.distress_seen_by_id = now, actor.user_id
    row.save(update_fields=["distress_seen_at", "distress_seen_by"])
    return record_of_call("call.distress_seen", row, now, actor=actor)
