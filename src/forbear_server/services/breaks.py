"""A short break after hard calls: taken by whoever had them, ended when they like.

The entry says that it was taken. Nothing else is kept: no count, no history, nothing for a lead.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from forbear.contact.hard_cases import BREAK_LASTS
from forbear.primitives.errors import RequestRefused
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.breaks import find_hard_day
from forbear_server.selectors.calls import find_own_open_call
from forbear_server.services.evidence import Recorded, append_evidence
from forbear_server.services.refusals import refusals_recorded
from forbear_server.store.models import User


class BreakRefused(RequestRefused):
    """No break is offered now, or a call waits for its disposition; nothing was changed."""

    code = "break_refused"


@refusals_recorded("case.refused", BreakRefused)
@transaction.atomic
def take_break(*, actor: Actor, now: datetime) -> Recorded:
    """Begin the break that is offered; one that runs begins anew. Raises `BreakRefused`."""
    row = User.objects.select_for_update().get(pk=actor.user_id)
    if find_own_open_call(actor) is not None:
        raise BreakRefused("A call of yours is not closed yet: close it first, then rest.")
    if not find_hard_day(actor, now=now).is_light_due:
        raise BreakRefused("A break is offered after two hard calls of a day.")
    row.break_until = now + BREAK_LASTS
    row.save(update_fields=["break_until"])
    return append_evidence(
        "break.taken",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        body={"minutes": int(BREAK_LASTS.total_seconds()) // 60},
    )


@transaction.atomic
def end_break(*, actor: Actor) -> None:
    """Go on before the time is over; safe to repeat."""
    User.objects.filter(pk=actor.user_id).update(break_until=None)
