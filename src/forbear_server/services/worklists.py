"""Working from the worklist: take a line, put it off, hand it on, finish it.

A line is taken by one person at a time; a lock older than LOCK_LASTS is up for the next one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db import transaction

from forbear.contact.hard_cases import next_case
from forbear.delinquency.aging import DEFAULT_SCHEME
from forbear.delinquency.buckets import scheme as bucket_scheme
from forbear_server.selectors.access import Level, Screen, access_level, may_write
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.breaks import HardDay, find_hard_day
from forbear_server.selectors.held_lines import held_back, standing_holds
from forbear_server.selectors.worklists import is_permitted_now, visible_items, waiting_cases
from forbear_server.services.evidence import Recorded, append_evidence
from forbear_server.store.evidence_persons import borrower_person
from forbear_server.store.models import User, WorklistItem

LOCK_LASTS = timedelta(minutes=30)
# A form sent again later than this was meant: somebody went back and goes on.
SENT_TWICE_WITHIN = timedelta(seconds=10)
LADDER = bucket_scheme(DEFAULT_SCHEME.ladder)
State = WorklistItem.State
# What may be done with a line in which state; whatever is not here is refused.
ALLOWED: frozenset[tuple[str, str]] = frozenset(
    {
        (State.OPEN, "take"),
        (State.OPEN, "snooze"),
        (State.OPEN, "reassign"),
        (State.TAKEN, "take"),
        (State.TAKEN, "snooze"),
        (State.TAKEN, "release"),
        (State.TAKEN, "finish"),
        (State.TAKEN, "reassign"),
        (State.SNOOZED, "take"),
        (State.SNOOZED, "snooze"),
        (State.SNOOZED, "reassign"),
    }
)


class SnoozeReason(StrEnum):
    ASKED_BY_BORROWER = "asked_by_borrower"
    WAITING_FOR_PAYMENT = "waiting_for_payment"
    WAITING_FOR_COLLEAGUE = "waiting_for_colleague"
    NOT_REACHED = "not_reached"


class WorklistRefusal(Exception):
    """The line cannot be changed like this; `code` says why."""

    def __init__(self, code: str, *, by: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.by = by


@dataclass(frozen=True, slots=True)
class Taken:
    """The line that was taken, and whose it is; no entry when the form had taken it before."""

    item_id: int
    borrower_ref: str
    recorded: Recorded | None


@transaction.atomic
def take_next(*, actor: Actor, now: datetime, form_key: str = "") -> Taken:
    """Take whom the worklist gives next: a light case after hard calls, else the first by rank.

    What a colleague takes meanwhile is passed over. Going on ends a break that runs. The same form
    sent twice gets the case it took. Refused when nobody is left who may be contacted now.
    """
    if not may_write(actor, Screen.WORKLIST):
        raise WorklistRefusal("nobody_next")
    # One form of a person after the other: the second sees what the first took.
    User.objects.select_for_update(no_key=True).get(pk=actor.user_id)
    day = find_hard_day(actor, now=now)
    if (before := _taken_a_moment_ago(actor, day, form_key, now)) is not None:
        return before
    waiting = waiting_cases(actor, now=now)
    while chosen := next_case(waiting, is_light_due=day.is_light_due, ladder=LADDER):
        try:
            item, recorded = _take(actor, chosen.line_id, now)
        except WorklistRefusal:
            waiting.remove(chosen)
            continue
        User.objects.filter(pk=actor.user_id, break_until__isnull=False).update(break_until=None)
        return Taken(item.pk, item.borrower.ref, recorded)
    raise WorklistRefusal("nobody_next")


def _taken_a_moment_ago(actor: Actor, day: HardDay, form_key: str, now: datetime) -> Taken | None:
    """The case this form took when it was sent the first time, if that was a moment ago."""
    is_used = form_key not in {"", day.next_key}
    if not is_used or day.last_taken_at is None or now - day.last_taken_at > SENT_TWICE_WITHIN:
        return None
    item = (
        WorklistItem.objects.select_related("borrower")
        .filter(taken_by_id=actor.user_id, state=State.TAKEN, taken_at=day.last_taken_at)
        .first()
    )
    return None if item is None else Taken(item.pk, item.borrower.ref, None)


@transaction.atomic
def take_item(*, actor: Actor, item_id: int, now: datetime) -> Recorded:
    """Take the soft lock. Refused while a colleague has it or the borrower may not be contacted."""
    return _take(actor, item_id, now)[1]


def _take(actor: Actor, item_id: int, now: datetime) -> tuple[WorklistItem, Recorded]:
    item = _locked(actor, item_id, "take")
    holder = _holder(item, now)
    if holder is not None and holder.pk != actor.user_id:
        raise WorklistRefusal("taken_by_colleague", by=holder.display_name)
    rows = WorklistItem.objects.filter(pk=item.pk).annotate(held_refs=standing_holds(now))
    held = held_back(actor.lender_code, ((item, row.held_refs) for row in rows))
    if not is_permitted_now(item, now, ZoneInfo(actor.lender_time_zone), held):
        raise WorklistRefusal("not_permitted_now")
    item.state = State.TAKEN
    item.taken_by_id = actor.user_id
    item.taken_at = now
    item.save()
    return item, _record("case.taken", actor, item, now)


@transaction.atomic
def snooze_item(
    *, actor: Actor, item_id: int, until: datetime, reason: SnoozeReason, now: datetime
) -> Recorded:
    """Put the line off to a later moment inside the borrower's permitted hours."""
    item = _locked(actor, item_id, "snooze")
    holder = _holder(item, now)
    if holder is not None and holder.pk != actor.user_id:
        raise WorklistRefusal("taken_by_colleague", by=holder.display_name)
    if until <= now:
        raise WorklistRefusal("snooze_in_the_past")
    if not _is_inside_hours(item, until, actor):
        raise WorklistRefusal("snooze_outside_hours")
    item.state = State.SNOOZED
    item.taken_by = None
    item.taken_at = None
    item.snoozed_until = until
    item.snooze_reason = reason
    item.save()
    return _record(
        "case.snoozed", actor, item, now, {"until": until.isoformat(), "reason": str(reason)}
    )


@transaction.atomic
def release_item(*, actor: Actor, item_id: int, now: datetime) -> Recorded:
    """Give the line back without having done anything."""
    item = _locked(actor, item_id, "release")
    if item.taken_by_id != actor.user_id:
        raise WorklistRefusal("not_taken_by_you")
    item.state = State.OPEN
    item.taken_by = None
    item.taken_at = None
    item.save()
    return _record("case.released", actor, item, now)


@transaction.atomic
def finish_item(*, actor: Actor, item_id: int, now: datetime) -> Recorded:
    """Today's step for this borrower is done."""
    item = _locked(actor, item_id, "finish")
    if item.taken_by_id != actor.user_id:
        raise WorklistRefusal("not_taken_by_you")
    item.state = State.DONE
    item.save()
    return _record("case.finished", actor, item, now)


@transaction.atomic
def reassign_item(*, actor: Actor, item_id: int, to_user_id: int, now: datetime) -> Recorded:
    """A lead hands a line to a collector of the own team."""
    if access_level(actor, Screen.WORKLIST) is not Level.TEAM:
        raise WorklistRefusal("only_a_lead_reassigns")
    item = _locked(actor, item_id, "reassign")
    colleague = User.objects.filter(
        pk=to_user_id, role=Role.COLLECTOR, team=actor.team, is_active=True
    ).first()
    if colleague is None:
        raise WorklistRefusal("not_a_collector_of_the_team")
    item.assigned_to = colleague
    item.state = State.OPEN
    item.taken_by = None
    item.taken_at = None
    item.snoozed_until = None
    item.snooze_reason = ""
    item.save()
    return _record("case.reassigned", actor, item, now, {"to": colleague.username})


@transaction.atomic
def record_refusal(*, actor: Actor, item_id: int, code: str, attempted: str, now: datetime) -> None:
    """What was tried on a line and not done; nothing else changes."""
    append_evidence(
        "case.refused",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        body={"code": code, "attempted": attempted},
        private={"item": str(item_id)},
    )


@transaction.atomic
def record_worklist_opened(*, actor: Actor, now: datetime, tab: str) -> None:
    append_evidence(
        "worklist.opened",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        body={"tab": tab},
    )


def _locked(actor: Actor, item_id: int, verb: str) -> WorklistItem:
    """The line under a row lock, if this person may see it and the verb fits its state."""
    seen = visible_items(actor).select_for_update(of=("self",))
    item = seen.filter(pk=item_id).first()
    if item is None:
        raise WorklistRefusal("not_found")
    if (item.state, verb) not in ALLOWED:
        is_done = item.state == State.DONE
        raise WorklistRefusal("already_finished" if is_done else "not_taken_by_you")
    return item


def _holder(item: WorklistItem, now: datetime) -> User | None:
    if item.state != State.TAKEN or item.taken_at is None:
        return None
    return item.taken_by if now - item.taken_at < LOCK_LASTS else None


def _is_inside_hours(item: WorklistItem, moment: datetime, actor: Actor) -> bool:
    if item.permitted_from_minute is None or item.permitted_until_minute is None:
        return False
    local = moment.astimezone(ZoneInfo(item.borrower.time_zone or actor.lender_time_zone))
    minute = local.hour * 60 + local.minute
    return item.permitted_from_minute <= minute < item.permitted_until_minute


def _record(
    name: str,
    actor: Actor,
    item: WorklistItem,
    now: datetime,
    body: dict[str, object] | None = None,
) -> Recorded:
    return append_evidence(
        name,
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        person=borrower_person(item.borrower.ref),
        body=body or {},
    )
